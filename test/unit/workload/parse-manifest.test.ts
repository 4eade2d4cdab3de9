import { describe, expect, it, test } from 'vitest';

import { parseManifest } from '../../../src/workload/parse-manifest.ts';

const WEB = `# the app
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      containers:
        - name: app
          lifecycle:
            preStop: { sleep: { seconds: 5 } }
`;

describe('an object of a manifest knows where its fields stand', () => {
  it('by the line and column of the key', () => {
    const [web] = parseManifest(`---\n${WEB}`, 'web.yaml');
    const container = ['spec', 'template', 'spec', 'containers', 0];
    expect(web?.locate([...container, 'lifecycle', 'preStop'])).toEqual({ line: 12, column: 13 });
    expect(web?.locate([...container, 'lifecycle', 'preStop', 'sleep'])).toEqual({ line: 12, column: 24 });
  });

  it('and of one that is missing, by the nearest above it', () => {
    const [web] = parseManifest(WEB, 'web.yaml');
    expect(web?.locate(['spec', 'replicas'])).toEqual({ line: 5, column: 1 });
  });

  it('also in a list, in its second document', () => {
    const list = 'kind: List\napiVersion: v1\nitems:\n  - { apiVersion: v1, kind: Service, metadata: { name: a } }\n  - apiVersion: v1\n    kind: Service\n    metadata: { name: b }\n    spec: {}\n'; // prettier-ignore
    const objects = parseManifest(`${WEB}---\n${list}`, 'web.yaml');
    expect(objects.map(({ object }) => object.metadata?.name)).toEqual(['web', 'a', 'b']);
    expect(objects[2]?.locate(['spec'])).toEqual({ line: 20, column: 5 });
  });
});

describe('a template that is not rendered is refused with its line', () => {
  it.each([
    ['a value', WEB.replace('name: app', 'name: {{ .Values.name }}'), 9],
    ['a value in quotes', WEB.replace('name: app', 'name: "{{ .Values.name }}"'), 9],
    ['a block of its own', WEB.replace('spec:\n  t', 'spec:\n  {{- if .Values.on }}\n  t'), 6],
    ['an include', WEB.replace('  template:', '  {{ include "app.labels" . | nindent 4 }}\n  template:'), 6],
  ])('%s', (_what, text, line) => {
    expect(() => parseManifest(text, 'web.yaml')).toThrow(
      expect.objectContaining({
        code: 'manifest-not-rendered',
        message: `web.yaml:${line} holds a template that is not rendered`,
        exitCode: 64,
      }) as Error,
    );
  });

  test.each([
    ['a ConfigMap that carries one', 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata:\n  x: "{{ .Values.x }}"\n'], // prettier-ignore
    ['an annotation', `${WEB}metadata: { name: web, annotations: { x: "{{ with .x }}" } }\n`.replace('metadata: { name: web }\n', '')], // prettier-ignore
    ["an object of others' kinds", 'apiVersion: example.com/v1\nkind: Rule\nmetadata: { name: a }\nspec: { text: "{{ $value }}" }\n'], // prettier-ignore
    ['a command', `${WEB}          command: [tool, "{{ .Name }}"]\n`],
  ])('but not %s', (_what, text) => {
    expect(parseManifest(text, 'web.yaml')).toHaveLength(1);
  });
});

test.each([
  ['a kustomization', 'resources: [web.yaml]\n'],
  ['one with its kind', 'apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n'],
])('%s is refused with the command that renders it', (_what, text) => {
  expect(() => parseManifest(text, 'kustomization.yaml')).toThrow(
    expect.objectContaining({
      message: 'kustomization.yaml is a kustomization',
      fix: expect.stringContaining('kubectl kustomize') as string,
    }) as Error,
  );
});

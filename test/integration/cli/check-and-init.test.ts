import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { writeOciImage } from '../../../src/image/write-oci-image.ts';

const DRAINBENCH = new URL('../../../bin/drainbench', import.meta.url).pathname;

/** Of which nothing certain can be said: a proxy before the app, as a native sidecar, in a cluster that scales. */
const SOUND = `apiVersion: apps/v1
kind: Deployment
metadata: { name: shop }
spec:
  selector: { matchLabels: { app: shop } }
  template:
    metadata: { labels: { app: shop } }
    spec:
      initContainers:
        - name: proxy
          image: example.com/proxy:1
          restartPolicy: Always
          ports: [{ name: web, containerPort: 8080 }]
          readinessProbe: { httpGet: { path: /healthz, port: web } }
      containers:
        - name: app
          image: example.com/shop:1
          lifecycle: { preStop: { sleep: { seconds: 5 } } }
---
apiVersion: v1
kind: Service
metadata: { name: shop }
spec: { type: NodePort, externalTrafficPolicy: Local, selector: { app: shop }, ports: [{ port: 80, targetPort: web }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: shop }
spec: { scaleTargetRef: { kind: Deployment, name: shop }, minReplicas: 2, maxReplicas: 6 }
`;

/** One replica that its budget never lets go, and a hook as long as its grace period. */
const STUCK = `apiVersion: v1
kind: List
items:
  - apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: { name: db }
    spec: { minAvailable: 1, selector: { matchLabels: { app: db } } }
  - apiVersion: apps/v1
    kind: StatefulSet
    metadata: { name: db }
    spec:
      serviceName: db
      updateStrategy: { type: OnDelete }
      selector: { matchLabels: { app: db } }
      template:
        metadata: { labels: { app: db } }
        spec:
          terminationGracePeriodSeconds: 20
          containers:
            - name: db
              image: example.com/db:1
              ports: [{ containerPort: 9000 }]
              readinessProbe: { tcpSocket: { port: 9000 } }
              lifecycle: { preStop: { exec: { command: [sleep, '20'] } } }
`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-check-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'sound.yaml'), SOUND);
  writeFileSync(join(folder, 'stuck.yaml'), STUCK);
});

/** @param input what it gets on its standard input */
async function drainbench(args: readonly string[], input = '') {
  const { exitCode, stdout, stderr } = await execa(DRAINBENCH, args, { cwd: folder, reject: false, input });
  return { exitCode, stdout, stderr };
}

describe('drainbench check', () => {
  it('ends with 0 where nothing is certain, and still asks', async () => {
    const { exitCode, stdout, stderr } = await drainbench(['check', 'sound.yaml']);
    expect(exitCode, stderr + stdout).toBe(0);
    expect(stdout).toContain('Deployment shop: 0 warnings, ');
    expect(stdout).not.toContain('drainbench init');
  });

  it('ends with 1 and says each finding at its line, with the page and the measurement', async () => {
    const { exitCode, stdout } = await drainbench(['check', 'sound.yaml', 'stuck.yaml']);
    expect(exitCode, stdout).toBe(1);
    expect(stdout).toContain(
      'stuck.yaml:7:13: warning: PodDisruptionBudget db (minAvailable: 1) never allows an eviction of a Ready Pod of StatefulSet db (1 Pod): a drain of its node does not get through.  [budget-blocks]',
    );
    expect(stdout).toMatch(/^stuck\.yaml:24:28: warning: preStop of container “db” sleeps 20 s, /m);
    expect(stdout).toContain(
      '  read     https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/',
    );
    expect(stdout).toContain('Deployment shop, StatefulSet db: ');
  });

  it('reads standard input, also beside a file', async () => {
    const { exitCode, stdout } = await drainbench(['check', 'sound.yaml', '-'], STUCK);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^stdin:7:13: warning: /m);
  });

  it('looks into the image of an archive', async () => {
    await writeOciImage({
      reference: 'example.com/db:1',
      layers: [[{ kind: 'text', path: '/bin/db', text: 'x', mode: 0o755 }]],
      config: { entrypoint: ['/bin/db'] },
      architecture: 'amd64',
      output: join(folder, 'db.tar'),
    });
    const { stdout } = await drainbench(['check', 'stuck.yaml', '--image-archive', 'db.tar']);
    expect(stdout).toContain('but its image has no “sleep” on its PATH');
    expect(stdout).not.toContain('not looked at');
    const other = await drainbench(['check', 'sound.yaml', '--image-archive', 'db.tar']);
    expect(other.stdout).toContain(
      'not looked at: example.com/db:1 in db.tar: no container here has that image',
    );
    expect(other.stdout).toContain('not looked at: image example.com/shop:1: no archive of it was given');
  });

  it('gives the same as JSON', async () => {
    const { stdout, exitCode } = await drainbench(['check', 'stuck.yaml', '--format', 'json']);
    expect(exitCode).toBe(1);
    const { version, workloads, findings } = JSON.parse(stdout) as {
      version: number;
      workloads: string[];
      findings: { rule: string; file: string; line: number }[];
    };
    expect({ version, workloads }).toEqual({ version: 1, workloads: ['StatefulSet db'] });
    expect(findings).toContainEqual(
      expect.objectContaining({ rule: 'budget-blocks', severity: 'warning', file: 'stuck.yaml', line: 7 }),
    );
  });

  it('gives SARIF 2.1.0 that code review shows at its lines', async () => {
    mkdirSync(join(folder, 'my app'));
    writeFileSync(join(folder, 'my app/db.yaml'), STUCK);
    const { stdout } = await drainbench(['check', './my app/db.yaml', '--format', 'sarif']);
    const sarif = JSON.parse(stdout) as Sarif;
    expect(sarif.version).toBe('2.1.0');
    const [run, ...others] = sarif.runs;
    expect(others).toEqual([]);
    const { rules } = run?.tool.driver ?? { rules: [] };
    expect(run?.results.length).toBeGreaterThan(2);
    for (const { ruleId, ruleIndex, level, message, locations } of run?.results ?? []) {
      expect(rules[ruleIndex]?.id).toBe(ruleId);
      expect(rules[ruleIndex]?.helpUri).toMatch(/^https:\/\/kubernetes\.io\/docs\//);
      expect(['warning', 'note']).toContain(level);
      expect(message.text).not.toBe('');
      expect(locations).toHaveLength(1);
      const { artifactLocation, region } = locations[0]?.physicalLocation ?? {};
      expect(artifactLocation?.uri).toBe('my%20app/db.yaml');
      expect(region?.startLine).toBeGreaterThan(0);
      expect(region?.startColumn).toBeGreaterThan(0);
    }
  });

  it.each([
    ['a file that is not there', ['none.yaml'], '', 'manifest-invalid'],
    ['a folder', ['.'], '', 'manifest-not-rendered'],
    ['a template', ['-'], 'kind: {{ .Values.kind }}\n', 'manifest-not-rendered'],
    [
      'no workload',
      ['-'],
      'apiVersion: v1\nkind: Service\nmetadata: { name: a }\n',
      'manifest-without-workload',
    ],
    ['nothing', ['-'], '', 'manifest-without-workload'],
    ['a Pod template without containers', ['-'], 'apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: a }\nspec: {}\n', 'manifest-invalid'], // prettier-ignore
    [
      'an archive that is none',
      ['sound.yaml', '--image-archive', 'stuck.yaml'],
      '',
      'image-archive-not-a-tar',
    ],
    ['a format that is not known', ['sound.yaml', '--format', 'xml'], '', 'Allowed choices are'],
  ])('ends with 64 for %s', async (_what, args, input, code) => {
    const { exitCode, stderr, stdout } = await drainbench(['check', ...args], input);
    expect(stderr).toContain(code);
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
  });
});

interface Sarif {
  readonly version: string;
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { id: string; helpUri: string }[] } };
    readonly results: readonly {
      readonly ruleId: string;
      readonly ruleIndex: number;
      readonly level: string;
      readonly message: { readonly text: string };
      readonly locations: readonly {
        readonly physicalLocation: {
          readonly artifactLocation: { readonly uri: string };
          readonly region: { readonly startLine: number; readonly startColumn: number };
        };
      }[];
    }[];
  }[];
}

describe('drainbench init', () => {
  it.each([
    ['a native sidecar that serves, and an autoscaler', 'sound.yaml', 'sound.drainbench.yaml', ['as-is', 'none']], // prettier-ignore
    ['a StatefulSet in a list', 'stuck.yaml', 'stuck.drainbench.yaml', ['as-is', 'none', 'sleep-5', 'sleep-20', 'longer-grace']], // prettier-ignore
  ])('writes for %s a scenario that `run --dry-run` takes', async (_what, manifest, written, strategies) => {
    const { exitCode, stdout, stderr } = await drainbench(['init', manifest]);
    expect(exitCode, stderr).toBe(0);
    const commands = stdout.split('\n').filter((line) => line.startsWith('    '));
    expect(commands).toHaveLength(2);
    const scenario = readFileSync(join(folder, written), 'utf8');
    expect(
      [...scenario.matchAll(/^ +- \{ name: ([\w-]+), (?:asIs|preStop|term)/gm)].map(([, name]) => name),
    ).toEqual(strategies);
    for (const line of commands) expect(line).toMatch(new RegExp(`^    drainbench run ${written}( |$)`));
    const plan = await drainbench(['run', written, '--dry-run']);
    expect(plan.exitCode, plan.stderr).toBe(0);
    expect(plan.stdout).toContain('# strategy as-is');
  });

  it('names the port and path that it found, and what check says', async () => {
    await drainbench(['init', 'sound.yaml', '--output', 'sub/shop.yaml']);
    const scenario = readFileSync(join(folder, 'sub/shop.yaml'), 'utf8');
    expect(scenario).toContain('manifest: ../sound.yaml');
    expect(scenario).toContain('port: 8080   # where Service shop sends');
    expect(scenario).toContain('container: app ');
    const plan = await drainbench(['run', 'sub/shop.yaml', '--dry-run']);
    expect(plan.exitCode, plan.stderr).toBe(0);
    await drainbench(['init', 'stuck.yaml']);
    expect(readFileSync(join(folder, 'stuck.drainbench.yaml'), 'utf8')).toMatch(
      /^# warning: preStop of container “db” sleeps 20 s, .*\[sleep-exceeds-grace\]$/m,
    );
  });

  it('writes over nothing without --force', async () => {
    const output = join(folder, 'sound.drainbench.yaml');
    writeFileSync(output, 'mine\n');
    const refused = await drainbench(['init', 'sound.yaml']);
    expect(refused).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('output-exists') as string,
    });
    expect(readFileSync(output, 'utf8')).toBe('mine\n');
    expect((await drainbench(['init', 'sound.yaml', '--force'])).exitCode).toBe(0);
    expect(readFileSync(output, 'utf8')).toContain('kind: Scenario');
    const manifest = await drainbench(['init', 'sound.yaml', '--output', 'sound.yaml', '--force']);
    expect(manifest.exitCode).toBe(64);
    expect(readFileSync(join(folder, 'sound.yaml'), 'utf8')).toBe(SOUND);
  });

  it('names several workloads and the option that chooses', async () => {
    writeFileSync(join(folder, 'both.yaml'), `${SOUND}---\n${STUCK}`);
    const refused = await drainbench(['init', 'both.yaml']);
    expect(refused.exitCode).toBe(64);
    expect(refused.stderr).toContain('found: deployment/shop, statefulset/db');
    expect(refused.stderr).toContain('--workload deployment/shop');
    expect((await drainbench(['init', 'both.yaml', '--workload', 'statefulset/db'])).exitCode).toBe(0);
    const plan = await drainbench(['run', 'both.drainbench.yaml', '--dry-run']);
    expect(plan.exitCode, plan.stderr).toBe(0);
    const wrong = await drainbench(['init', 'both.yaml', '--workload', 'deployment/db', '--force']);
    expect(wrong).toMatchObject({
      exitCode: 64,
      stderr: expect.stringContaining('workload-missing') as string,
    });
  });

  it.each([
    [
      'hostNetwork',
      SOUND.replace('initContainers:', 'hostNetwork: true\n      initContainers:'),
      'manifest-host-network',
    ],
    ['no port at all', SOUND.replace(/---[\s\S]*/, '').replace(/ports: .*/, ''), 'port-unknown'],
    [
      'a DaemonSet alone',
      SOUND.replace(/---[\s\S]*/, '').replace('kind: Deployment', 'kind: DaemonSet'),
      'workload-missing',
    ],
  ])('writes nothing that cannot be run: %s', async (_what, manifest, code) => {
    const path = join(folder, 'other.yaml');
    writeFileSync(path, manifest);
    const { exitCode, stderr } = await drainbench(['init', 'other.yaml']);
    expect(exitCode).toBe(64);
    expect(stderr).toContain(code);
    expect(existsSync(join(dirname(path), 'other.drainbench.yaml'))).toBe(false);
  });
});

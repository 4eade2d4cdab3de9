import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';

import { mountScript } from '../../../src/cluster/embedded/mount-script.ts';

const MAIN = new URL('../../../src/cli/main.ts', import.meta.url).pathname;
const isRoot = process.geteuid?.() === 0;
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'drainbench-injection-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const drainbench = (...args: string[]) =>
  execa(process.execPath, [MAIN, ...args], { reject: false, all: true, cwd: folder });

const BINDING =
  '---\napiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRoleBinding\nmetadata: {name: evil}\n';

function scenarioFile(name: string, changed: { question?: string; app?: string } = {}): string {
  const { question = 'a question', app = '{ sample: http }' } = changed;
  const path = join(folder, name);
  writeFileSync(
    path,
    `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: a, question: ${JSON.stringify(question)} }
spec:
  cluster: { driver: existing, nodeAgent: never }
  app: ${app}
  loads: [{ name: fresh, connections: fresh, ratePerSecond: 10 }]
  disruptions: [{ type: delete }]
  strategies: [{ name: none }]
`,
  );
  return path;
}

describe('what `rbac` prints holds nothing but the rights of the scenario', () => {
  const kindsIn = (yaml: string) =>
    parseAllDocuments(yaml).map((document) => (document.toJS() as { kind: string }).kind);

  it('whatever the file of the scenario is called', async () => {
    const { stdout, exitCode, all } = await drainbench(
      'rbac',
      scenarioFile(`a\n${BINDING}.yaml`.replaceAll('/', '')),
    );
    expect(exitCode, all).toBe(0);
    expect(kindsIn(stdout)).toEqual(['ServiceAccount', 'ClusterRole', 'ClusterRoleBinding']);
    expect(stdout).not.toContain('\nmetadata: {name: evil}');
  });

  it('and says that rights for node agents make root on the nodes', async () => {
    const plain = await drainbench('rbac', scenarioFile('plain.yaml'));
    expect(plain.stdout).not.toContain('WARNING');
    const { stdout } = await drainbench('rbac', scenarioFile('plain.yaml'), '--node-agent', 'always');
    expect(stdout).toMatch(/^# WARNING: whoever has these rights is as good as root on every node/m);
  });

  it.each([
    ['--namespace', `team\n${BINDING}`],
    ['--namespace', 'team/../kube-system'],
    ['--service-account', `robot\u0085${BINDING}`],
    ['--service-account', 'a/b/c'],
  ])('%s %j is refused', async (option, value) => {
    const { exitCode, all } = await drainbench('rbac', scenarioFile('plain.yaml'), option, value);
    expect(exitCode, all).toBe(64);
    expect(all).toContain('is not the name of');
  });

  it('a kind in the manifest that breaks out of its line is refused', async () => {
    const kind = JSON.stringify(`ConfigMap\n${BINDING}`);
    writeFileSync(join(folder, 'app.yaml'), `apiVersion: v1\nkind: ${kind}\nmetadata: { name: a }\n`);
    const app = '{ manifest: app.yaml, port: 8080, workload: { kind: Deployment, name: a } }';
    const { exitCode, all } = await drainbench('rbac', scenarioFile('kind.yaml', { app }));
    expect(exitCode, all).toBe(64);
    expect(all).toContain('manifest-invalid');
  });
});

it('a plan holds nothing but the objects of the scenario, and does nothing to a terminal', async () => {
  const question = `what?\u0007\u001b]0;mine\u0007\u0085${BINDING}\u2028${BINDING}`;
  const text = scenarioFile('question.yaml', { question });
  writeFileSync(
    text,
    readFileSync(text, 'utf8').replace('driver: existing, nodeAgent: never', 'driver: embedded'),
  );
  const { stdout, exitCode, all } = await drainbench('run', text, '--dry-run');
  expect(exitCode, all).toBe(0);
  // eslint-disable-next-line no-control-regex -- the point
  expect(all).not.toMatch(/[\u0007\u001b\u0085\u2028]/);
  expect(stdout).not.toMatch(/^kind: ClusterRoleBinding/m);
});

it('a kubeconfig that only the scenario names runs no program', async () => {
  const ran = join(folder, 'it-ran');
  const kubeconfig = join(folder, 'kubeconfig');
  const exec = { apiVersion: 'client.authentication.k8s.io/v1', command: 'touch', args: [ran], interactiveMode: 'Never' }; // prettier-ignore
  writeFileSync(
    kubeconfig,
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config' },
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:9' } }],
      users: [{ name: 'u', user: { exec } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    }),
  );
  const text = scenarioFile('exec.yaml');
  const cluster = 'driver: existing, context: x, kubeconfig: kubeconfig, nodeAgent: never';
  writeFileSync(text, readFileSync(text, 'utf8').replace('driver: existing, nodeAgent: never', cluster));
  const { exitCode, all } = await drainbench('run', text, '--dry-run');
  expect(exitCode, all).toBe(64);
  expect(all).toContain('kubeconfig-runs-program');
  expect(existsSync(ran)).toBe(false);
  // Named by whoever types the command, it is meant.
  await drainbench('run', text, '--dry-run', '--kubeconfig', kubeconfig);
  expect(existsSync(ran)).toBe(true);
});

describe('a run directory of somebody else', () => {
  it.each([
    ['report.html.partial', 'report'],
    ['manifest.json', 'run', '--resume'],
    [join('trials', '001-none'), 'compare', '.'],
  ])(
    'with a link named %s is not for `%s`, and what the link leads to is untouched',
    async (name, ...args) => {
      const run = mkdtempSync(join(folder, 'run-'));
      const target = join(folder, 'of-root');
      rmSync(target, { force: true });
      writeFileSync(target, 'theirs');
      mkdirSync(join(run, 'trials'));
      symlinkSync(target, join(run, name));
      const { exitCode, all } = await drainbench(...args, run);
      expect(exitCode, all).toBe(64);
      expect(all).toContain('run-directory-links');
      expect(readFileSync(target, 'utf8')).toBe('theirs');
    },
  );

  it.runIf(isRoot)('is not resumed with our rights', async () => {
    const run = mkdtempSync(join(folder, 'run-'));
    await execa('chown', ['65534', run]);
    const { exitCode, all } = await drainbench('run', '--resume', run);
    expect(exitCode, all).toBe(64);
    expect(all).toContain('run-of-another-user');
  });
});

it.runIf(isRoot)('a state folder with quotes in its path is a path, and no command', async () => {
  const root = join(folder, "box'; touch pwned; echo '");
  mkdirSync(join(root, 'tool'), { recursive: true });
  const script = mountScript(root, { tool: join(root, 'tool') });
  const { exitCode, all } = await execa('unshare', ['--mount', 'sh'], {
    input: script,
    cwd: folder,
    all: true,
    reject: false,
  });
  expect(exitCode, all).toBe(0);
  expect(existsSync(join(folder, 'pwned'))).toBe(false);
});

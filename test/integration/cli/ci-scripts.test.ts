import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';

import type { PastRun } from '../../../src/model/past-run.ts';

const ROOT = new URL('../../../', import.meta.url).pathname;
const script = (name: string, args: readonly string[], env: Record<string, string> = {}) =>
  execa(join(ROOT, 'scripts', name), args, { reject: false, all: true, env });

it('a CI run whose scenario is not there fails whatever the job lets pass, and names no run directory', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-ci-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  const output = join(folder, 'output');
  const { exitCode, all } = await script('ci-run.sh', [], {
    ...{ SCENARIO: 'no-such.yaml', REPORTS: folder, FAIL_ON: 'never', GITHUB_OUTPUT: output },
  });
  expect(exitCode, all).toBe(64);
  expect(readFileSync(output, 'utf8')).toBe('verdict=\nrun-directory=\n');
});

it('a CI run refuses a gate and a driver that it does not know', async () => {
  expect(await script('ci-run.sh', [], { SCENARIO: 'a.yaml', FAIL_ON: 'often' })).toMatchObject({
    exitCode: 64,
    stderr: 'ci-run: FAIL_ON is often; expected fail, inconclusive, void or never',
  });
  expect(await script('ci-setup.sh', ['minikube'])).toMatchObject({ exitCode: 64 });
});

it('a CI run that keeps a history adds itself to it, and fails where a margin has become smaller', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-ci-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  // Its `run` gives a run that is there already; every other command is the real one.
  mkdirSync(join(folder, 'scripts'));
  mkdirSync(join(folder, 'bin'));
  cpSync(join(ROOT, 'scripts/ci-run.sh'), join(folder, 'scripts/ci-run.sh'));
  writeFileSync(
    join(folder, 'bin/drainbench'),
    `#!/bin/sh
[ "$1" = run ] || exec '${ROOT}bin/drainbench' "$@"
mkdir -p reports/small
cp -r '${ROOT}test/fixtures/runs/synthetic-small/.' reports/small
printf '## verdict\\n' >reports/small/summary.md
ln -sfn small reports/latest
`,
    { mode: 0o755 },
  );
  const ci = (more: Record<string, string>) => {
    rmSync(join(folder, 'reports'), { recursive: true, force: true });
    return execa(join(folder, 'scripts/ci-run.sh'), [], {
      cwd: folder,
      reject: false,
      env: {
        SCENARIO: 'a.yaml',
        FAIL_ON: 'fail',
        HISTORY: 'kept',
        GITHUB_STEP_SUMMARY: 'summary.md',
        ...more,
      },
    });
  };
  const first = await ci({});
  expect(first.stdout).toContain('INCONCLUSIVE  too few earlier runs to tell');
  expect(first.exitCode, first.stderr).toBe(0);
  expect(readFileSync(join(folder, 'reports/small/history.html'), 'utf8')).toContain('<title>History');
  expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('**Against earlier runs**');
  const [name = ''] = readdirSync(join(folder, 'kept'));
  const kept = JSON.parse(readFileSync(join(folder, 'kept', name), 'utf8')) as PastRun;
  // A month with a margin that has fallen eight nights ago, and with it today's.
  for (let night = 1; night <= 30; night += 1) {
    const ms = (night <= 8 ? 200 : 900) + night * (night % 2 === 0 ? 1.1 : -1.1);
    const run = {
      ...kept,
      runId: `night-${String(night)}`,
      startedAtMs: kept.startedAtMs - night * 86_400_000,
      cells: kept.cells.map((cell) => ({ ...cell, marginMs: { median: ms, worst: ms } })),
    };
    writeFileSync(join(folder, 'kept', `${run.runId}.json`), JSON.stringify(run));
  }
  const worse = await ci({});
  expect(worse.stdout).toMatch(/^FAIL {2}the margin has become smaller in \d cells/m);
  expect(worse.exitCode).toBe(1);
  expect((await ci({ FAIL_ON: 'never' })).exitCode).toBe(0);
}, 180_000);

it('every command of the workflows and CI examples is one that this repository has', () => {
  const files = ['action.yml', ...inFolder('.github/workflows'), ...inFolder('examples/ci')];
  const text = files.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  const targets = readFileSync(join(ROOT, 'Makefile'), 'utf8');
  for (const [, target = ''] of text.matchAll(/\bmake ([a-z]+)$/gm)) {
    expect(targets).toMatch(new RegExp(`^${target}:`, 'm'));
  }
  const scripts = readdirSync(join(ROOT, 'scripts'));
  for (const [, name] of text.matchAll(/scripts\/([a-z-]+\.sh)/g)) expect(scripts).toContain(name);
  const packaged = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  for (const [, name] of text.matchAll(/npm run ([a-z:]+)/g))
    expect(packaged.scripts).toHaveProperty(name ?? '');
});

it('every workflow gives the action only inputs that it takes, and every scenario that it names is shipped', () => {
  const action = parse(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as { inputs: object };
  for (const file of [...inFolder('.github/workflows'), 'examples/ci/github.yml']) {
    const { jobs } = parse(readFileSync(join(ROOT, file), 'utf8')) as { jobs: Record<string, Job> };
    for (const { steps, strategy } of Object.values(jobs)) {
      const given = steps.filter(({ uses }) => uses === './' || uses?.includes('drainbench') === true);
      for (const name of given.flatMap((step) => Object.keys(step.with ?? {}))) {
        expect(action.inputs, file).toHaveProperty([name]);
      }
      for (const name of strategy?.matrix.scenario ?? []) {
        expect(readdirSync(join(ROOT, 'scenarios'))).toContain(`${name}.yaml`);
      }
    }
  }
});

interface Job {
  readonly steps: readonly { readonly uses?: string; readonly with?: object }[];
  readonly strategy?: { readonly matrix: { readonly scenario?: readonly string[] } };
}

function inFolder(folder: string): string[] {
  return readdirSync(join(ROOT, folder)).map((name) => join(folder, name));
}

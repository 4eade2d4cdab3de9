import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';

const LAUNCHER = new URL('../../../bin/drainbench', import.meta.url).pathname;
const drainbench = (...args: string[]) => execa(LAUNCHER, args, { reject: false, all: true });

describe('the exit codes and messages of the command line', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drainbench-cli-'));
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['an unknown command', ['frobnicate']],
    ['an unknown option', ['cluster', 'up', '--size', '3']],
    ['a number that is none', ['cluster', 'up', '--nodes', 'many']],
    ['a name that no path may hold', ['cluster', 'up', '--name', '../etc']],
    ['a proxy mode that does not exist', ['cluster', 'up', '--proxy-mode', 'ipvs']],
    ['a scenario that is not there', ['run', 'no-such.yaml']],
    ['no scenario at all', ['run']],
    ['no scenario to tune', ['tune']],
    ['a tune without a minute', ['tune', 'a.yaml', '--minutes', '0']],
    ['a tune of what no preStop runs before', ['tune', 'scenarios/force-delete.yaml', '--dry-run']],
    ['a run directory that is not there', ['report', 'no-such-run']],
    ['a tool that nobody knows', ['tools', 'build', 'frobnicator']],
  ])('are 64 and a usable message for %s', async (_what, args) => {
    const result = await drainbench(...args);
    expect(result.exitCode, result.all).toBe(64);
    expect(result.stderr.length).toBeGreaterThan(20);
    expect(result.stderr).not.toContain('internal error');
  });

  it('name line, column and the nearest key for a mistake in a scenario', async () => {
    const path = join(folder, 'typo.yaml');
    writeFileSync(
      path,
      'apiVersion: drainbench.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a, question: b}\nspec:\n  blokcs: 3\n',
    );
    const result = await drainbench('run', path, '--dry-run');
    expect(result.exitCode).toBe(64);
    expect(result.stderr).toContain('typo.yaml:5:3');
    expect(result.stderr).toContain('did you mean `blocks`');
  });

  it.runIf(process.geteuid?.() === 0)(
    'are 64 for a cluster that does not run, with the way to get it',
    async () => {
      const result = await drainbench('cluster', 'kubeconfig', '--name', 'no-such-box');
      expect(result.exitCode).toBe(64);
      expect(result.stderr).toContain('drainbench cluster up --name no-such-box');
    },
  );

  it.runIf(process.geteuid?.() === 0)(
    'are 69 with the command to type for a user who is not root',
    async () => {
      const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', LAUNCHER];
      const up = ['cluster', 'up', '--driver', 'embedded'];
      const result = await execa('setpriv', [...nobody, ...up], { reject: false });
      expect(result.exitCode, result.stderr).toBe(69);
      expect(result.stderr).toContain('root-needed');
      expect(result.stderr).toContain('sudo npx drainbench cluster up');
    },
  );

  it.runIf(process.geteuid?.() === 0)(
    'are 0 for a clean-up by a user who may not look at what is root’s, and say so',
    async () => {
      const state = join(folder, 'state');
      mkdirSync(join(state, 'boxes'), { recursive: true, mode: 0o700 });
      chmodSync(folder, 0o755);
      const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', LAUNCHER];
      for (const dryRun of [[], ['--dry-run']]) {
        const env = { DRAINBENCH_STATE_DIR: state };
        const result = await execa('setpriv', [...nobody, 'clean', ...dryRun], {
          reject: false,
          all: true,
          env,
        });
        expect(result.exitCode, result.all).toBe(0);
        expect(result.stdout).toContain("not looked at, because they are root's");
      }
    },
  );

  it.runIf(process.geteuid?.() === 0)(
    'are 64 for a cluster that is not there, also where boxes, which are root’s, may not be looked at',
    async () => {
      const state = join(folder, 'state-of-root');
      mkdirSync(join(state, 'boxes'), { recursive: true, mode: 0o700 });
      chmodSync(state, 0o700);
      chmodSync(folder, 0o755);
      const nobody = ['--reuid', '65534', '--regid', '65534', '--clear-groups', LAUNCHER];
      const env = { DRAINBENCH_STATE_DIR: state };
      const command = ['cluster', 'kubeconfig', '--name', 'no-such-box'];
      const result = await execa('setpriv', [...nobody, ...command], { reject: false, all: true, env });
      expect(result.exitCode, result.all).toBe(64);
      expect(result.all).toContain('box-not-found');
      const list = await execa('setpriv', [...nobody, 'cluster', 'list'], { reject: false, all: true, env });
      expect(list.stdout, list.all).toBe('no cluster');
    },
  );

  it('are 0 for help and version', async () => {
    expect((await drainbench('--version')).exitCode).toBe(0);
    expect((await drainbench('run', '--help')).exitCode).toBe(0);
  });
});

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import type { RunResult } from '../../src/analyze/run-result.ts';
import { drainbench } from '../e2e/support/drainbench.ts';
import { untilPhase } from '../e2e/support/until-phase.ts';

const BOX = 'e2e-blind';
/** Not the launcher, which adds the folders of system commands to the PATH. */
const PROGRAM = new URL('../../dist/cli/main.js', import.meta.url).pathname;
const SCENARIO = new URL('./blind.yaml', import.meta.url).pathname;
/** What the observers of a node's dataplane need. */
const MISSING = ['nft', 'conntrack', 'ip'];
const OBSERVERS = ['kernel-trace', 'routes of node1', 'conntrack of node1', 'Pod network of node1'];
const TRACEFS = '/sys/kernel/tracing';

describe('a run on a machine where next to nothing can be observed', () => {
  const reports = mkdtempSync(join(tmpdir(), 'drainbench-blind-'));
  // Not below /tmp: a box has one of its own, and its nodes' commands are looked for by the same PATH.
  const bare = mkdtempSync(join(homedir(), '.drainbench-test-'));
  let result: RunResult;
  let trials: RunResult['trials'];
  let killed = 0;
  let exitCode: number | undefined;
  let all = '';

  beforeAll(async () => {
    linkCommands(bare);
    const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '1']);
    expect(up.exitCode, up.all).toBe(0);
    const readOnly = `mount -t tracefs tracefs ${TRACEFS} && mount -o remount,bind,ro ${TRACEFS} && exec "$@"`;
    const command = [process.execPath, PROGRAM, 'run', SCENARIO, '--cluster', BOX, '--reports', reports];
    const running = execa('unshare', ['--mount', 'sh', '-c', readOnly, 'sh', ...command], {
      reject: false,
      all: true,
      env: { PATH: join(bare, 'bin') },
    });
    let ended = false;
    const run = running.finally(() => {
      ended = true;
    });
    await untilPhase(reports, '001-cut', 'baseline', () => ended).finally(() => {
      for (const pid of descendants(running.pid ?? 0)) {
        if (nameOf(pid) !== 'ctr') continue;
        process.kill(pid, 'SIGKILL');
        killed += 1;
      }
    });
    ({ exitCode, all } = await run);
    result = await analyzeRun(realpathSync(join(reports, 'latest')));
    trials = result.trials.filter(({ counted }) => counted);
  });

  afterAll(async () => {
    await drainbench(['cluster', 'down', '--name', BOX]);
    rmSync(reports, { recursive: true });
    rmSync(bare, { recursive: true });
  });

  it('comes to the verdict that it would have come to, for that needs none of it', () => {
    expect(result.verdict, all).not.toBe('void');
    expect([0, 1, 2], all).toContain(exitCode);
    const verdicts = trials.map(({ trial, verdict }) => [trial.role, verdict]);
    expect(verdicts).toEqual([
      ['comparison', 'fail'],
      ['negative-control', 'pass'],
      ['positive-control', 'pass'],
    ]);
  });

  it('says in every trial with a disruption what is missing, and why, and in the report', () => {
    const page = readFileSync(join(realpathSync(join(reports, 'latest')), 'report.html'), 'utf8');
    for (const { findings, trial } of trials) {
      if (trial.role === 'negative-control') continue;
      const said = findings.filter(({ code }) => code === 'observation-gap').map(({ message }) => message);
      for (const observer of OBSERVERS) expect(said, all).toContainEqual(expect.stringContaining(observer));
      expect(said).toContainEqual(expect.stringContaining('EROFS'));
      for (const command of MISSING)
        expect(said).toContainEqual(
          expect.stringMatching(new RegExp(`\\b${command}\\b.*(not found|No such file)`)),
        );
    }
    const blind = result.findings.filter(({ code }) => code === 'blind').map(({ message }) => message);
    for (const observer of OBSERVERS)
      expect(blind, all).toContainEqual(expect.stringContaining(`${observer} saw nothing in 2 of 2 trials`));
    for (const word of ['EROFS', 'conntrack of node1', 'routes of node1']) expect(page).toContain(word);
  });

  it('has a gap where an observer’s process was killed in the middle of a trial', () => {
    expect(killed).toBe(1);
    const gaps = result.trials[0]?.gaps.filter(({ observer }) => observer === 'runtime node1');
    expect(gaps).toMatchObject([{ reason: expect.stringMatching(/ended with/) as unknown }]);
    expect(trials[2]?.gaps.map(({ observer }) => observer)).not.toContain('runtime node1');
  });

  it('is certain of no cause that nobody saw, and names for each what would have told', () => {
    const failures = result.trials.flatMap((trial) => trial.failures);
    expect(failures.length).toBeGreaterThan(10);
    for (const { id, attribution } of failures) {
      const { cause, confidence, podProof, missing, evidence } = attribution;
      if (podProof !== 'answer' && cause !== 'client')
        expect(confidence, `${id}: ${cause}`).not.toBe('certain');
      expect(missing.length + evidence.length, `${id}: ${cause}`).toBeGreaterThan(0);
    }
  });
});

/** All commands of this machine but the missing ones, in `folder`/bin. */
function linkCommands(folder: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  const linked = new Set(MISSING);
  for (const from of (process.env['PATH'] ?? '').split(':')) {
    for (const name of commandsIn(from)) {
      if (linked.has(name)) continue;
      linked.add(name);
      symlinkSync(join(from, name), join(bin, name));
    }
  }
}

function commandsIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function descendants(pid: number): number[] {
  const children = childrenOf(pid);
  return [...children, ...children.flatMap(descendants)];
}

function childrenOf(pid: number): number[] {
  try {
    // A child belongs to the thread that made it.
    return readdirSync(`/proc/${pid}/task`)
      .flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' '))
      .filter((child) => child !== '')
      .map(Number);
  } catch {
    return [];
  }
}

function nameOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return '';
  }
}

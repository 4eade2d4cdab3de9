import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { analyzeRun } from '../../src/analyze/analyze-run.ts';
import type { RunResult } from '../../src/analyze/run-result.ts';
import { restartComponent } from '../../src/cluster/embedded/box-control.ts';
import { boxPaths } from '../../src/cluster/embedded/box-paths.ts';
import type { TrialPhase } from '../../src/model/history-event.ts';
import { drainbench, kubectl } from '../e2e/support/drainbench.ts';
import { eventually } from '../e2e/support/eventually.ts';
import { FaultProxy, type ProxiedRequest } from '../e2e/support/fault-proxy.ts';
import { sampleImage } from '../e2e/support/sample-image.ts';
import { untilPhase } from '../e2e/support/until-phase.ts';

const BOX = 'e2e-faultruns';
const SCENARIO = new URL('./short.yaml', import.meta.url).pathname;
const folder = mkdtempSync(join(tmpdir(), 'drainbench-fault-runs-'));
/** Longer than a run goes on writing without renewing its Lease, and shorter than the Lease. */
const OUTAGE_MS = 10_500;
let runs = 0;

beforeAll(async () => {
  const up = await drainbench(['cluster', 'up', '--name', BOX, '--nodes', '1']);
  expect(up.exitCode, up.all).toBe(0);
  const loaded = await drainbench(['cluster', 'load-image', await sampleImage(), '--name', BOX]);
  expect(loaded.exitCode, loaded.all).toBe(0);
});

afterAll(async () => {
  await drainbench(['cluster', 'down', '--name', BOX]);
  rmSync(folder, { recursive: true });
});

interface Trouble {
  readonly attempt: string;
  readonly phase: TrialPhase;
  readonly make: (proxy: FaultProxy, interrupt: () => void) => Promise<void> | void;
}

/** A whole run behind a proxy; each trouble is made when its attempt at a trial has come to its phase. */
async function runThrough(troubles: readonly Trouble[]) {
  runs += 1;
  const reports = join(folder, `reports-${runs}`);
  const kubeconfig = join(folder, `kubeconfig-${runs}`);
  const proxy = await FaultProxy.start(boxPaths(BOX).kubeconfig, kubeconfig);
  let ended = false;
  const child = drainbench(['run', SCENARIO, '--context', `drainbench-${BOX}`, '--reports', reports], {
    KUBECONFIG: kubeconfig,
  });
  const running = child.finally(() => {
    ended = true;
  });
  const making = (async () => {
    for (const { attempt, phase, make } of troubles) {
      await untilPhase(reports, attempt, phase, () => ended);
      await make(proxy, () => void child.kill('SIGINT'));
    }
  })();
  const [run, made] = await Promise.all([running, Promise.allSettled([making])]);
  await proxy.close();
  expect(made[0].status, run.all).toBe('fulfilled');
  return { run, result: await analyzeRun(realpathSync(join(reports, 'latest'))) };
}

const isNamespaceRemoval = ({ method, path }: ProxiedRequest) =>
  method === 'DELETE' && /^\/api\/v1\/namespaces\/[^/?]+$/.test(path);
const isStream = ({ path }: ProxiedRequest) => /(watch|follow)=true/.test(path);

function attempt(result: RunResult, name: string) {
  const found = result.trials.find(({ directory }) => directory === `trials/${name}`);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return { ...found, codes: found.findings.map(({ code }) => code) };
}

/** Runs the command that the output of a run names for it, and shows that nothing is left then. */
async function cleanUpAsTold(all: string): Promise<void> {
  const [, command = ''] = /drainbench (clean --run .*)$/m.exec(all) ?? [];
  const env = { KUBECONFIG: boxPaths(BOX).kubeconfig };
  const cleaned = await drainbench(command.split(' '), env);
  expect(cleaned.exitCode, cleaned.all).toBe(0);
  expect(cleaned.stdout).toContain('removed Namespace drainbench-');
  expect(await ownNamespaces()).toBe('');
}

async function ownNamespaces(): Promise<string> {
  return kubectl(BOX, 'get', 'namespaces', '-l', 'app.kubernetes.io/managed-by=drainbench', '-o', 'name');
}

describe('a run whose API server is in trouble', () => {
  let all = '';
  let exitCode: number | undefined;
  let result: RunResult;
  let limited = 0;

  beforeAll(async () => {
    const through = await runThrough([
      {
        attempt: '001-wait',
        phase: 'recover',
        make: async (proxy) => {
          await proxy.cut();
          await sleep(OUTAGE_MS);
          await proxy.restore();
        },
      },
      {
        attempt: '001-wait.attempt2',
        phase: 'baseline',
        make: (proxy) => {
          const everyThird = (request: ProxiedRequest) => !isStream(request) && ++limited % 3 === 0;
          proxy.inject(everyThird, { kind: 'answer', status: 429, retryAfterSeconds: 1 }, 12);
        },
      },
      {
        attempt: '002-negative-control',
        phase: 'recover',
        make: () => restartComponent(BOX, 'kube-apiserver', '', new AbortController().signal),
      },
      {
        attempt: '003-positive-control',
        phase: 'baseline',
        make: (proxy) => {
          const isWatch = ({ path }: ProxiedRequest) =>
            path.includes('/pods?') && path.includes('watch=true');
          expect(proxy.breakStreams(isWatch, 'stall')).toBe(1);
        },
      },
    ]);
    ({ result } = through);
    all = through.run.all;
    exitCode = through.run.exitCode;
  });

  it('makes a trial void in which it was cut off, and repeats it', () => {
    const cut = attempt(result, '001-wait');
    expect([cut.verdict, cut.counted]).toEqual(['void', false]);
    expect(cut.codes).toContain('observation-gap');
  });

  it('waits a storm of 429 out for as long as Retry-After says, without harm to the trial', () => {
    expect(limited).toBeGreaterThan(30);
    const stormy = attempt(result, '001-wait.attempt2');
    expect(stormy.verdict, JSON.stringify(stormy.findings)).toMatch(/pass|fail/);
    expect(stormy.counted).toBe(true);
  });

  it('lets a trial count in which it was restarted while the verdict needed nothing of it', () => {
    const restarted = attempt(result, '002-negative-control');
    expect([restarted.verdict, restarted.counted]).toEqual(['pass', true]);
    expect(restarted.gaps.map(({ source }) => source)).toContain('api-watch');
  });

  it('makes a trial void, and no pass, whose watch fell silent, and repeats it', () => {
    const silent = attempt(result, '003-positive-control');
    expect([silent.verdict, silent.counted]).toEqual(['void', false]);
    expect(silent.codes).toContain('observation-gap');
    expect(attempt(result, '003-positive-control.attempt2').counted).toBe(true);
  });

  it('comes to a result that is valid, and leaves nothing behind', async () => {
    expect(result.trials).toHaveLength(5);
    expect(result.verdict).not.toBe('void');
    expect([0, 1, 2], all).toContain(exitCode);
    await eventually(async () => {
      expect(await ownNamespaces()).toBe('');
    });
  });
});

it('a watch whose past is gone makes its trial void; a namespace that stays ends a measured run with an error', async () => {
  const { run, result } = await runThrough([
    {
      attempt: '001-wait',
      phase: 'recover',
      make: (proxy) => {
        const isPodWatch = ({ path }: ProxiedRequest) =>
          path.includes('/pods?') && path.includes('watch=true');
        expect(proxy.breakStreams(isPodWatch, 'expire')).toBe(1);
        proxy.inject(isNamespaceRemoval, { kind: 'answer', status: 403 });
      },
    },
  ]);
  const gone = attempt(result, '001-wait');
  expect([gone.verdict, gone.counted]).toEqual(['void', false]);
  expect(gone.findings.map(({ message }) => message).join()).toContain('too old resource version');
  expect(attempt(result, '001-wait.attempt2').counted).toBe(true);
  // All of it is measured and reported, and still it did not end well.
  expect(result.verdict).not.toBe('void');
  expect(run.exitCode, run.all).toBe(69);
  expect(run.all).toContain('report.html');
  expect(run.all).toMatch(/left: Namespace drainbench-/);
  await cleanUpAsTold(run.all);
});

it('an interrupted run says that all is removed only where it is', async () => {
  const { run } = await runThrough([
    {
      attempt: '001-wait',
      phase: 'baseline',
      make: (proxy, interrupt) => {
        proxy.inject(isNamespaceRemoval, { kind: 'answer', status: 403 });
        interrupt();
      },
    },
  ]);
  expect(run.exitCode, run.all).toBe(69);
  expect(run.all).toContain('NOT everything it made is removed');
  expect(run.all).toMatch(/left: Namespace drainbench-/);
  await cleanUpAsTold(run.all);
  const { run: clean } = await runThrough([
    { attempt: '001-wait', phase: 'baseline', make: (_proxy, interrupt) => interrupt() },
  ]);
  expect(clean.exitCode, clean.all).toBe(130);
  expect(clean.all).toContain('interrupted; everything it made is removed');
  expect(await ownNamespaces()).toBe('');
});

it('a Lease that cannot be renewed ends the run: it writes nothing any more, and says so', async () => {
  const isWrite = ({ method, path }: ProxiedRequest) => method !== 'GET' && !path.includes('/leases');
  let behind: FaultProxy | undefined;
  let seenBefore = 0;
  const { run, result } = await runThrough([
    {
      attempt: '001-wait',
      phase: 'baseline',
      make: async (proxy) => {
        behind = proxy;
        proxy.inject(({ path }) => path.includes('/leases'), { kind: 'answer', status: 503 });
        await sleep(OUTAGE_MS);
        seenBefore = proxy.seen.length;
      },
    },
  ]);
  expect(behind?.seen.slice(0, seenBefore).filter(isWrite)).not.toEqual([]);
  expect(behind?.seen.slice(seenBefore).filter(isWrite)).toEqual([]);
  expect(result.verdict).not.toBe('pass');
  expect(run.exitCode, run.all).toBe(69);
  expect(run.all).toMatch(
    /Lease of namespace \S+ could not be renewed for 10 s, so nothing more was written/,
  );
  expect(run.all).toMatch(/left: Namespace drainbench-/);
  await cleanUpAsTold(run.all);
});

it('a credential that expires ends the run, without a pass, and names what is left', async () => {
  const { run, result } = await runThrough([
    {
      attempt: '001-wait',
      phase: 'baseline',
      make: (proxy) => {
        proxy.inject(() => true, { kind: 'answer', status: 401 });
      },
    },
  ]);
  expect(result.verdict).toBe('void');
  expect([3, 69], run.all).toContain(run.exitCode);
  expect(run.all).toContain('401');
  const [left = ''] = (await ownNamespaces()).split('\n');
  expect(left).toMatch(/^namespace\/drainbench-/);
  expect(run.all).toContain(left.replace('namespace/', ''));
});

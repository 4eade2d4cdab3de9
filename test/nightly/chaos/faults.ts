import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { ChaosRun, type Where } from './chaos-run.ts';

/** Something bad that happens to a run. */
export interface Fault {
  readonly name: string;
  readonly where: readonly Where[];
  /** The environment of the tool, and more of its options. */
  readonly env?: Readonly<Record<string, string>>;
  readonly options?: readonly string[];
  /** Its run directories are on a small disk of their own. */
  readonly ownDisk?: true;
  /** In this namespace of the existing cluster, which is others'. */
  readonly namespace?: string;
  /** Done at a random moment of the measuring; `random(n)` is a number below n. */
  readonly strike?: (run: ChaosRun, random: (bound: number) => number) => Promise<void> | void;
  /** Whether the run is to go on to its end: anything but a verdict is wrong then. */
  readonly survives?: true;
}

const SHIFT = new URL('./shift-clock.ts', import.meta.url).href;
const shifted = (ms: number) => ({ NODE_OPTIONS: `--import ${SHIFT}`, CHAOS_CLOCK_MS: String(ms) });
const AWAY_MS = 20_000;

/** One row, one fault. */
export const FAULTS: readonly Fault[] = [
  {
    name: 'kill -9 of the command line',
    where: ['own', 'existing'],
    strike: (run) => run.signal('SIGKILL'),
  },
  {
    name: 'kill -9 of a load',
    where: ['own', 'existing'],
    survives: true,
    strike: async (run) => kill(await run.untilProcess('load'), 'SIGKILL'),
  },
  {
    name: 'kill -9 of a node agent',
    where: ['existing'],
    options: ['--node-agent', 'always'],
    survives: true,
    strike: async (run) => kill(await run.untilProcess('agent'), 'SIGKILL'),
  },
  {
    name: "kill -9 of the box's init",
    where: ['own'],
    strike: async (run) => kill((await run.box())?.init?.pid ?? null, 'SIGKILL'),
  },
  {
    name: 'SIGHUP, and closed pipes',
    where: ['own', 'existing'],
    strike: (run) => {
      run.closePipes();
      run.signal('SIGHUP');
      run.signal('SIGHUP');
    },
  },
  { name: 'Ctrl-C', where: ['own', 'existing'], strike: (run) => run.signal('SIGINT') },
  {
    name: 'Ctrl-C twice',
    where: ['own', 'existing'],
    strike: async (run, random) => {
      run.signal('SIGINT');
      await sleep(random(1500));
      run.signal('SIGINT');
    },
  },
  {
    name: 'API server stopped for 20 s',
    where: ['own', 'existing'],
    survives: true,
    strike: async (run) => {
      const pid = (await run.box())?.processes?.['kube-apiserver']?.pid ?? null;
      kill(pid, 'SIGSTOP');
      await sleep(AWAY_MS);
      kill(pid, 'SIGCONT');
    },
  },
  {
    name: 'disk full',
    where: ['own', 'existing'],
    ownDisk: true,
    strike: ({ reports }) => {
      execFileSync('sh', ['-c', 'cat /dev/zero > "$0" 2> /dev/null || true', join(reports, 'others')]);
    },
  },
  { name: 'clock 5 s ahead', where: ['own', 'existing'], env: shifted(5000), survives: true },
  { name: 'clock 5 s behind', where: ['own', 'existing'], env: shifted(-5000), survives: true },
  {
    name: 'a second run in the same namespace',
    where: ['existing'],
    namespace: 'team',
    survives: true,
    strike: async (run) => {
      const box = (await run.box())?.name ?? '';
      const second = new ChaosRun('existing', box, join(run.reports, 'second'), { namespace: 'team' });
      const { exitCode, all } = await second.end();
      // Where the first was over by then the second is one like any other.
      if (!run.hasEnded && exitCode !== 69) throw new Error(`the second run was let in: ${all}`);
    },
  },
];

function kill(pid: number | null, signal: NodeJS.Signals): void {
  if (pid === null || pid <= 1) return;
  try {
    process.kill(pid, signal);
  } catch {
    // Gone by itself meanwhile.
  }
}

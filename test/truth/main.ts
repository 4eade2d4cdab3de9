// The truth tests: `node test/truth/main.ts [--modes nftables,iptables] [--faults a,b] [--judge]`. Plays seeded faults on
// real boxes and holds attribution against what is known of each failure. `--judge`: judges the newest runs again.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { Fault } from './fault.ts';
import { ALL_FAULTS } from './faults/all-faults.ts';
import { judgeRun, type JudgedRun } from './judge-run.ts';
import { playFault } from './play-fault.ts';
import { renderTruth } from './render-truth.ts';
import { withBox } from './with-box.ts';

const ROOT = 'reports/truth';
const MODES = ['nftables', 'iptables'] as const;
type Mode = (typeof MODES)[number];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      modes: { type: 'string', default: MODES.join(',') },
      faults: { type: 'string', default: ALL_FAULTS.map(({ name }) => name).join(',') },
      out: { type: 'string', default: ROOT },
      judge: { type: 'boolean', default: false },
    },
  });
  const modes = MODES.filter((mode) => values.modes.split(',').includes(mode));
  const faults = ALL_FAULTS.filter(({ name }) => values.faults.split(',').includes(name));
  const judged: JudgedRun[] = [];
  for (const mode of modes) {
    if (values.judge) {
      for (const fault of faults) judged.push(told(await judgeRun(await newestRun(mode, fault))));
    } else judged.push(...(await play(mode, faults)));
  }
  const { markdown, csv, passed } = renderTruth(judged);
  await mkdir(values.out, { recursive: true });
  await writeFile(join(values.out, 'confusion-matrix.csv'), csv);
  await writeFile(join(values.out, 'README.md'), markdown);
  process.stdout.write(`\n${markdown}`);
  process.exitCode = passed ? 0 : 1;
}

async function play(mode: Mode, faults: readonly Fault[]): Promise<readonly JudgedRun[]> {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  return withBox(mode, interrupted.signal, async (cluster, versions) => {
    const judged: JudgedRun[] = [];
    for (const [index, fault] of faults.entries()) {
      const runPath = await playFault(fault, {
        cluster,
        proxyMode: mode,
        reportsRoot: join(ROOT, mode),
        versions,
        seed: index + 1,
        signal: interrupted.signal,
      });
      judged.push(told(await judgeRun(runPath)));
    }
    return judged;
  });
}

function told(run: JudgedRun): JudgedRun {
  const agreed = run.seeded.filter(({ seeded, attributed }) => seeded === attributed).length;
  const rest = [...run.notCounted].map(([why, count]) => `; ${count} not counted: ${why}`).join('');
  process.stdout.write(`${run.proxyMode} ${run.fault}: ${agreed} of ${run.seeded.length} agree${rest}\n`);
  for (const why of run.broken) process.stdout.write(`  void: ${why}\n`);
  return run;
}

async function newestRun(mode: Mode, { name }: Fault): Promise<string> {
  const folder = join(ROOT, mode, name);
  const [newest] = (await readdir(folder)).sort().reverse();
  if (newest === undefined) throw new Error(`${folder} holds no run`);
  return join(folder, newest);
}

await main();

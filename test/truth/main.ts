// The truth tests. Plays seeded faults on real boxes, alone and with distractors, and holds attribution against what is
// known of each failure.
//
//   node test/truth/main.ts [--proxy nftables,iptables] [--fault a,b] [--cast plain,busy-pods]
//   node test/truth/main.ts --fault a --distractor b,c     a fault with these alone; `--distractor none`: without any
//   node test/truth/main.ts --judge                        judges the newest runs again
//
// --runs says where the runs go, --out where the result goes. Each proxy mode has a box of its own, side by side.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { judgeRun, type JudgedRun } from './judge-run.ts';
import { PROXY_MODES, type Play } from './play.ts';
import type { Order, Report } from './player.ts';
import { programme, type Choice } from './programme.ts';
import { renderTruth } from './render-truth.ts';
import { isRight } from './right-answer.ts';

const ROOT = 'reports/truth';

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      proxy: { type: 'string', default: PROXY_MODES.join(',') },
      fault: { type: 'string' },
      distractor: { type: 'string' },
      cast: { type: 'string' },
      runs: { type: 'string', default: ROOT },
      out: { type: 'string' },
      judge: { type: 'boolean', default: false },
    },
  });
  const choice: Choice = {
    proxyModes: PROXY_MODES.filter((mode) => values.proxy.split(',').includes(mode)),
    faults: listOf(values.fault),
    distractors: values.distractor === 'none' ? [] : listOf(values.distractor),
    casts: listOf(values.cast),
  };
  const plays = programme(choice);
  const result = new Result();
  if (values.judge) {
    for (const play of plays) await judgeAgain(values.runs, play, result);
  } else {
    await Promise.all(
      choice.proxyModes.map((mode) =>
        play({ choice: { ...choice, proxyModes: [mode] }, root: values.runs }, result),
      ),
    );
  }
  const { markdown, csv, disagreements, passed } = renderTruth(await result.judged(), result.failed);
  const out = values.out ?? values.runs;
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'confusion-matrix.csv'), csv);
  await writeFile(join(out, 'disagreements.csv'), disagreements);
  await writeFile(join(out, 'README.md'), markdown);
  process.stdout.write(`\n${markdown}`);
  process.exitCode = passed ? 0 : 1;
}

function listOf(text: string | undefined): readonly string[] | null {
  return text?.split(',') ?? null;
}

/** What was played and judged so far; judging goes on one run after the other. */
class Result {
  readonly failed: string[] = [];
  readonly #judged: JudgedRun[] = [];
  #judging: Promise<void> = Promise.resolve();

  judge(runPath: string, tookMs: number | null): void {
    this.#judging = this.#judging.then(async () => {
      try {
        const run = await judgeRun(runPath);
        this.#judged.push(run);
        process.stdout.write(lineOf(run, tookMs));
      } catch (error) {
        this.fail(`${runPath} cannot be judged: ${String(error)}`);
      }
    });
  }

  fail(why: string): void {
    this.failed.push(why);
    process.stdout.write(`not played: ${why}\n`);
  }

  async judged(): Promise<readonly JudgedRun[]> {
    await this.#judging;
    return this.#judged;
  }
}

/** Lets a process of its own play in a box of its own. */
async function play(order: Order, result: Result): Promise<void> {
  const player = fork(new URL('player.ts', import.meta.url));
  player.on('message', (report: Report) => {
    if (report.type === 'step') process.stdout.write(`${report.message}\n`);
    else if (report.type === 'failed') result.fail(report.why);
    else result.judge(report.runPath, report.tookMs);
  });
  player.send(order);
  const [code, signal] = (await once(player, 'exit')) as [number | null, string | null];
  if (code !== 0)
    result.fail(`the player of ${order.choice.proxyModes.join()} ended with ${signal ?? code ?? '?'}`);
}

async function judgeAgain(root: string, each: Play, result: Result): Promise<void> {
  const { proxyMode, cast, fault } = each;
  const folder = join(root, proxyMode, cast, fault.name);
  const newest = (await readdir(folder).catch(() => [])).sort().at(-1);
  if (newest === undefined) result.fail(`${proxyMode} ${fault.name} (${cast}): there is no run of it`);
  else result.judge(join(folder, newest), null);
}

function lineOf(run: JudgedRun, tookMs: number | null): string {
  const { seeded, proxyMode, fault, distractions } = run;
  const right = seeded.filter(isRight).length;
  const wrong = seeded.filter((each) => each.confidence === 'certain' && !isRight(each)).length;
  const besides = [...distractions].map(([name, count]) => `${name} ${count}`).join(', ');
  const took = tookMs === null ? '' : ` (${(tookMs / 1000).toFixed(0)} s)`;
  return [
    `${proxyMode} ${fault}${besides === '' ? '' : ` (${besides})`}: ${right} of ${seeded.length} agree`,
    wrong === 0 ? '' : `, ${wrong} CERTAIN AND WRONG`,
    ...[...run.notCounted].map(([why, count]) => `; ${count} not counted: ${why}`),
    `${took}\n`,
    ...run.broken.map((why) => `  void: ${why}\n`),
  ].join('');
}

await main();

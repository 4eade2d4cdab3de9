/**
 * How far the answers of recorded runs depend on luck: `node scripts/stability.ts RUN_DIR… [--resamples N] [--seed N]`.
 * The blocks of each run are resampled, and the runs are held against each other. Exit code 1 where an answer stays the
 * same in less than 95 % of the resamples, or where the runs recommend different settings.
 */
import { parseArgs } from 'node:util';

import { measureStability } from '../src/analyze/run/measure-stability.ts';
import { analyzeRun } from '../src/analyze/analyze-run.ts';
import { formatPercent } from '../src/analyze/words/format-figures.ts';
import { countOf } from '../src/model/count-of.ts';

const WANTED_SHARE = 0.95;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { resamples: { type: 'string', default: '1000' }, seed: { type: 'string', default: '1' } },
});
const resamples = wholeNumber('--resamples', values.resamples);
const seed = wholeNumber('--seed', values.seed);
if (positionals.length === 0) throw new Error('name at least one run directory');

const unstable: string[] = [];
const answers: string[] = [];
for (const path of positionals) {
  const run = await analyzeRun(path);
  const stability = measureStability(run, resamples, seed);
  const answer = run.recommendation.strategy ?? 'none';
  answers.push(answer);
  process.stdout.write(`${path}\n${run.verdict}: ${run.headline}\n`);
  const say = (what: string, value: string, share: number): void => {
    process.stdout.write(`  ${formatPercent(share).padStart(8)}  ${what}: ${value}\n`);
    if (share < WANTED_SHARE) unstable.push(`${path}: ${what} (${formatPercent(share)})`);
  };
  say('run', run.verdict, stability.verdict);
  say('recommendation', answer, stability.recommendation);
  for (const [index, { load, answer: share }] of stability.loads.entries()) {
    say(`answer for ${load}`, run.recommendation.loads[index]?.strategy ?? 'none', share);
  }
  for (const { cell, verdict, standing } of stability.cells) {
    const name = `${cell.strategy}, ${cell.disruption}, ${cell.load}`;
    say(name, `${cell.standing} in ${formatPercent(standing)}, verdict`, verdict);
  }
}
const agree = new Set(answers).size === 1;
process.stdout.write(
  `\n${countOf(positionals.length, 'run recommends', 'runs recommend')} ${answers.join(', ')}; ${resamples} resamples each, the same answer in less than ${formatPercent(WANTED_SHARE)} of them: ${unstable.length === 0 ? 'none' : unstable.join('; ')}\n`,
);
process.exitCode = agree && unstable.length === 0 ? 0 : 1;

function wholeNumber(option: string, value: string): number {
  if (/^\d{1,7}$/.test(value) && Number(value) > 0) return Number(value);
  throw new Error(`${option} takes a whole number above 0, not “${value}”`);
}

import { calibration } from './calibration.ts';
import { confusionMatrix } from './confusion-matrix.ts';
import { fits } from './distractor.ts';
import { ALL_DISTRACTORS } from './distractors/all-distractors.ts';
import { OUTSIDE_CAUSES } from './fault.ts';
import { ALL_FAULTS } from './faults/all-faults.ts';
import { calm } from './faults/calm.ts';
import type { JudgedRun, SeededFailure } from './judge-run.ts';
import { isNamed } from './right-answer.ts';

/** DESIGN: agreement of at least this share, with and without distractors, over at least so many seeded failures. */
const WANTED_SHARE = 0.99;
const WANTED_PLAIN = 2000;
const WANTED_DISTRACTED = 10_000;
/** So that a fault that failed hardly anybody cannot hide, nor a cause that is hardly ever tried, nor a distractor. */
const WANTED_OF_FAULT = 50;
const WANTED_OF_CAUSE = 100;
const WANTED_OF_DISTRACTOR = 3;
const PAIRS_SHOWN = 6;
/** The client reads a RST when its process comes to it: beside hundreds of others, or in the middle of an upload, later. */
export const CLOSE_MS = 25;
const KERNEL_UNCERTAINTY_MS = 1;
/** With distractors more is hidden by what else happens. */
const UNNAMED_SHARE = { plain: 0.01, distracted: 0.02 };

/** All that is not as wanted, one line each; empty: the truth tests have passed. */
export function truthShortfalls(
  runs: readonly JudgedRun[],
  failed: readonly string[] = [],
): readonly string[] {
  const plain = runs.filter(({ distractions }) => distractions.size === 0);
  const distracted = runs.filter(({ distractions }) => distractions.size > 0);
  return [
    ...failed.map((why) => `not played: ${why}`),
    ...runs.flatMap(ofRun),
    ...ofCauses(plain, 'without distractors', WANTED_PLAIN),
    ...ofCauses(distracted, 'with distractors', WANTED_DISTRACTED),
    ...ofPairs(runs),
    ...ofConfidence(runs),
    ...ofUnnamed(plain, 'without distractors', UNNAMED_SHARE.plain),
    ...ofUnnamed(distracted, 'with distractors', UNNAMED_SHARE.distracted),
    ...ofKernel(plain),
  ];
}

/** By which a reader finds a run again. */
export function nameOfRun({ proxyMode, fault, distractions }: JudgedRun): string {
  const besides = distractions.size === 0 ? '' : ` with ${[...distractions.keys()].join(', ')}`;
  return `${proxyMode} ${fault}${besides}`;
}

function ofRun(run: JudgedRun): readonly string[] {
  const name = nameOfRun(run);
  const lines = run.broken.map((why) => `${name}: ${why}`);
  for (const [distractor, count] of run.distractions) {
    const wanted = ALL_DISTRACTORS.find((known) => known.name === distractor)?.least ?? WANTED_OF_DISTRACTOR;
    if (count < wanted) lines.push(`${name}: ${distractor} happened ${count} times, not ${wanted}`);
  }
  if (run.fault !== calm.name) {
    const wanted = ALL_FAULTS.find(({ name: known }) => known === run.fault)?.leastSeeds ?? WANTED_OF_FAULT;
    if (run.seeded.length < wanted)
      lines.push(`${name}: ${run.seeded.length} seeded failures, not ${wanted}`);
    return lines;
  }
  // What a distractor did is known, and no fault.
  const excused = run.distractions.size === 0 ? 0 : sumOf(run.notCounted);
  const lost = run.seeded.length + sumOf(run.notCounted) - excused;
  if (lost > 0) lines.push(`${name}: ${lost} requests failed though nothing was done`);
  return lines;
}

function ofCauses(runs: readonly JudgedRun[], where: string, wantedFailures: number): readonly string[] {
  const { agreements } = confusionMatrix(runs.flatMap((run) => run.seeded));
  const whole = agreements.filter(({ proxyMode }) => proxyMode === null);
  if (whole.length === 0 || runs.length === 0) return [`${where}: no failure was seeded`];
  return whole.flatMap(({ seeded: cause, agreed, total, share }): readonly string[] => {
    if (cause === 'none') return []; // said of its run
    const name = `${cause ?? 'all causes'} ${where}`;
    const wanted = cause === null ? wantedFailures : WANTED_OF_CAUSE;
    return [
      ...(total < wanted ? [`${name}: ${total} seeded failures, not ${wanted}`] : []),
      ...(share >= WANTED_SHARE || total === 0
        ? []
        : [`${name}: ${agreed} of ${total} agree, not ${WANTED_SHARE * 100} %`]),
    ];
  });
}

/** Every fault is played beside every distractor that it keeps its meaning with. */
function ofPairs(runs: readonly JudgedRun[]): readonly string[] {
  const missing = ALL_FAULTS.flatMap((fault) =>
    ALL_DISTRACTORS.filter((distractor) => fits(distractor, fault))
      .filter(
        ({ name }) => !runs.some((run) => run.fault === fault.name && (run.distractions.get(name) ?? 0) > 0),
      )
      .map(({ name }) => `${fault.name} with ${name}`),
  );
  if (missing.length === 0) return [];
  const rest = missing.length > PAIRS_SHOWN ? ` and ${missing.length - PAIRS_SHOWN} more` : '';
  return [`not played: ${missing.slice(0, PAIRS_SHOWN).join(', ')}${rest}`];
}

function ofConfidence(runs: readonly JudgedRun[]): readonly string[] {
  return calibration(runs.flatMap((run) => run.seeded)).flatMap(({ said, total, right, share, wanted }) =>
    wanted === null || total === 0 || share >= wanted
      ? []
      : [
          `${said}: ${total - right} of ${total} are wrong, not ${wanted === 1 ? 'none' : `at most ${Math.round((1 - wanted) * 100)} %`}`,
        ],
  );
}

function ofUnnamed(runs: readonly JudgedRun[], where: string, most: number): readonly string[] {
  const counted = withACause(runs.flatMap((run) => run.seeded));
  const unnamed = counted.filter(({ attributed }) => !isNamed(attributed)).length;
  return unnamed > counted.length * most
    ? [
        `${unnamed} of ${counted.length} failures ${where} are unexplained or ambiguous, more than ${most * 100} %`,
      ]
    : [];
}

/** Those that have a cause which the tool could name. */
export function withACause(seeded: readonly SeededFailure[]): readonly SeededFailure[] {
  const outside: readonly string[] = OUTSIDE_CAUSES;
  return seeded.filter((failure) => !outside.includes(failure.seeded));
}

function ofKernel(runs: readonly JudgedRun[]): readonly string[] {
  const lags = runs.flatMap(({ resetLagsMs }) => resetLagsMs);
  const close = lags.filter((lag) => lag !== null && lag <= CLOSE_MS).length;
  const uncertaintyMs = Math.max(0, ...runs.map(({ kernelUncertaintyMs }) => kernelUncertaintyMs));
  return [
    // Of no RST at all nothing is shown either.
    ...(close / lags.length >= WANTED_SHARE
      ? []
      : [`RST: the kernel saw ${close} of ${lags.length} within ${CLOSE_MS} ms of the client, not 99 %`]),
    ...(uncertaintyMs > KERNEL_UNCERTAINTY_MS
      ? [`a milestone of the kernel is uncertain by ${uncertaintyMs} ms, not ${KERNEL_UNCERTAINTY_MS}`]
      : []),
  ];
}

function sumOf(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}

import { confusionMatrix } from './confusion-matrix.ts';
import { ALL_FAULTS } from './faults/all-faults.ts';
import { calm } from './faults/calm.ts';
import type { JudgedRun } from './judge-run.ts';

/** DESIGN: agreement of at least this share, over at least so many seeded failures. */
const WANTED_SHARE = 0.99;
const WANTED_FAILURES = 2000;
/** So that a fault that failed hardly anybody cannot hide, nor a cause that is hardly ever tried. */
const WANTED_OF_FAULT = 50;
const WANTED_OF_CAUSE = 100;
export const CLOSE_MS = 5;
const KERNEL_UNCERTAINTY_MS = 1;
const UNNAMED_SHARE = 0.01;

/** All that is not as wanted, one line each; empty: the truth tests have passed. */
export function truthShortfalls(runs: readonly JudgedRun[]): readonly string[] {
  return [...runs.flatMap(ofRun), ...ofCauses(runs), ...ofMeasures(runs)];
}

function ofRun(run: JudgedRun): readonly string[] {
  const name = `${run.proxyMode} ${run.fault}`;
  const broken = run.broken.map((why) => `${name}: ${why}`);
  if (run.fault !== calm.name) {
    const wanted = ALL_FAULTS.find(({ name: known }) => known === run.fault)?.leastSeeds ?? WANTED_OF_FAULT;
    const few = `${name}: ${run.seeded.length} seeded failures, not ${wanted}`;
    return run.seeded.length < wanted ? [...broken, few] : broken;
  }
  const lost = run.seeded.length + [...run.notCounted.values()].reduce((sum, count) => sum + count, 0);
  return lost > 0 ? [...broken, `${name}: ${lost} requests failed though nothing was done`] : broken;
}

function ofCauses(runs: readonly JudgedRun[]): readonly string[] {
  const { agreements } = confusionMatrix(runs.flatMap((run) => run.seeded));
  const whole = agreements.filter(({ proxyMode }) => proxyMode === null);
  if (whole.length === 0) return ['no failure was seeded'];
  return whole.flatMap(({ seeded: cause, agreed, total, share }): readonly string[] => {
    if (cause === 'none') return []; // said of its run
    const name = cause ?? 'all causes';
    const wanted = cause === null ? WANTED_FAILURES : WANTED_OF_CAUSE;
    return [
      ...(total < wanted ? [`${name}: ${total} seeded failures, not ${wanted}`] : []),
      ...(share >= WANTED_SHARE ? [] : [`${name}: ${agreed} of ${total} agree, not ${WANTED_SHARE * 100} %`]),
    ];
  });
}

function ofMeasures(runs: readonly JudgedRun[]): readonly string[] {
  const lags = runs.flatMap(({ resetLagsMs }) => resetLagsMs);
  const close = lags.filter((lag) => lag !== null && lag <= CLOSE_MS).length;
  const uncertaintyMs = Math.max(0, ...runs.map(({ kernelUncertaintyMs }) => kernelUncertaintyMs));
  const seeded = runs.flatMap((run) => run.seeded);
  const unnamed = seeded.filter(
    ({ attributed }) => attributed === 'unexplained' || attributed === 'ambiguous',
  ).length;
  return [
    // Of no RST at all nothing is shown either.
    ...(close / lags.length >= WANTED_SHARE
      ? []
      : [`RST: the kernel saw ${close} of ${lags.length} within ${CLOSE_MS} ms of the client, not 99 %`]),
    ...(uncertaintyMs > KERNEL_UNCERTAINTY_MS
      ? [`a milestone of the kernel is uncertain by ${uncertaintyMs} ms, not ${KERNEL_UNCERTAINTY_MS}`]
      : []),
    ...(unnamed > seeded.length * UNNAMED_SHARE
      ? [`${unnamed} of ${seeded.length} failures are unexplained or ambiguous, more than 1 %`]
      : []),
  ];
}

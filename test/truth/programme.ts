import { fits, type Distractor } from './distractor.ts';
import { ALL_DISTRACTORS } from './distractors/all-distractors.ts';
import type { Fault } from './fault.ts';
import { ALL_FAULTS } from './faults/all-faults.ts';
import type { Play, ProxyMode } from './play.ts';

/** What happens at the same time, in the Pods or between them: so that a run has many distractors, and each is told apart. */
const CASTS: Readonly<Record<string, readonly string[]>> = {
  plain: [],
  'busy-pods': ['exec-hook', 'exec-probe', 'log-shipper', 'several-listeners', 'flapping-readiness'],
  'busy-network': ['uploads', 'colliding-ports', 'dropped-syns', 'address-reuse'],
};

/** Which part of all plays to give; `null`: no choice is made. */
export interface Choice {
  readonly proxyModes: readonly ProxyMode[];
  readonly faults: readonly string[] | null;
  /** These together, in place of the casts; empty: without any. */
  readonly distractors: readonly string[] | null;
  readonly casts: readonly string[] | null;
}

/**
 * All plays in their order. A fault that a distractor does not fit is played without it.
 *
 * @throws Error for a name that is none
 */
export function programme({ proxyModes, faults, distractors, casts }: Choice): readonly Play[] {
  const chosen = chooseCasts(distractors, casts);
  const played = faults === null ? ALL_FAULTS : faults.map((name) => named(ALL_FAULTS, name, 'fault'));
  return proxyModes.flatMap((proxyMode) =>
    played.flatMap((fault) =>
      chosen.map(([cast, all]): Play => ({ proxyMode, fault, distractors: fitting(fault, all), cast })),
    ),
  );
}

function chooseCasts(
  distractors: Choice['distractors'],
  casts: Choice['casts'],
): readonly (readonly [string, readonly Distractor[]])[] {
  if (distractors !== null) {
    return [
      [
        distractors.join('+') || 'plain',
        distractors.map((name) => named(ALL_DISTRACTORS, name, 'distractor')),
      ],
    ];
  }
  return (casts ?? Object.keys(CASTS)).map((cast) => {
    const names = CASTS[cast];
    if (names === undefined) throw new Error(`no cast ${cast}: ${Object.keys(CASTS).join(', ')}`);
    return [cast, names.map((name) => named(ALL_DISTRACTORS, name, 'distractor'))];
  });
}

function fitting(fault: Fault, distractors: readonly Distractor[]): readonly Distractor[] {
  return distractors.filter((distractor) => fits(distractor, fault));
}

function named<T extends { readonly name: string }>(all: readonly T[], name: string, kind: string): T {
  const found = all.find((each) => each.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}: ${all.map((each) => each.name).join(', ')}`);
  return found;
}

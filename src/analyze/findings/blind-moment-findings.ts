import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import type { MilestoneName } from '../../model/milestone.ts';
import type { Finding } from '../../model/verdict.ts';
import type { LoadAnalysis } from '../ledger/analyze-load.ts';
import type { JudgedTrial } from './judged-trial.ts';
import type { Silence } from '../ledger/sending-times.ts';

/** Shorter ones are a generator that waits for a CPU. Beyond it the engines themselves give requests up as too late. */
const LONGEST_STALL_NS = 100 * NS_PER_MS;
/** So many requests must be missing before a silence is one, and not the pace of a slow load. */
const FEWEST_MISSED = 3;

/** The last of these ends the time in which a request can meet a Pod that goes. */
const ENDS: readonly MilestoneName[] = ['route-removed', 'exiting', 'process-exited', 'container-terminated'];

/**
 * From the disruption until the last Pod has ended and the last node has stopped sending to it is where requests fail,
 * and it can be over in a few hundred milliseconds. A load in which nothing failed says so only if its generator was
 * awake all that time: one that itself sent nothing for a while, or gave a request up, makes the trial void. Where
 * something failed, the silence can have hidden no more than how much.
 */
export function blindMomentFindings({
  loadSpecs,
  loads,
  milestones,
  moments: { disruptionNs },
}: Pick<JudgedTrial, 'loadSpecs' | 'loads' | 'milestones' | 'moments'>): readonly Finding[] {
  const end = milestones.findLast(({ name }) => ENDS.includes(name));
  if (disruptionNs === null || end === undefined) return [];
  return loadSpecs.flatMap((spec) => {
    const load = loads.find(({ result }) => result.load === spec.name);
    return load === undefined ? [] : blindMoment(load, disruptionNs, end.atNs);
  });
}

function blindMoment(
  { result, sending, ownNotSent }: LoadAnalysis,
  disruptionNs: number,
  endNs: number,
): readonly Finding[] {
  if (result.failing) return [];
  const silences = sending
    .silences(endNs, LONGEST_STALL_NS)
    .filter(({ idleNs, missed }) => idleNs > LONGEST_STALL_NS && missed >= FEWEST_MISSED);
  const givenUp = ownNotSent.filter((atNs) => atNs >= disruptionNs && atNs <= endNs).length;
  if (silences.length === 0 && givenUp === 0) return [];
  return [
    {
      code: 'generator-silent',
      severity: 'void',
      message: `While Pods were going the generator of load “${result.load}” ${whatItDid(silences, givenUp, disruptionNs)}: what would have failed then could not be seen.`,
    },
  ];
}

function whatItDid(silences: readonly Silence[], givenUp: number, disruptionNs: number): string {
  const [longest] = silences.toSorted((a, b) => b.idleNs - a.idleNs);
  const dropped = `gave up ${countOf(givenUp, 'request')} as too late`;
  if (longest === undefined) return dropped;
  const sinceMs = ((longest.fromNs - disruptionNs) / NS_PER_MS).toFixed(0);
  const silent = `sent nothing for ${(longest.idleNs / NS_PER_MS).toFixed(0)} ms, from ${sinceMs} ms after the disruption on`;
  return givenUp === 0 ? silent : `${silent}, and ${dropped}`;
}

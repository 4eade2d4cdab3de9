import { countOf } from '../../model/count-of.ts';
import { NS_PER_MS } from '../../model/duration.ts';
import { MILESTONE_NAMES, milestoneKind, type Milestone } from '../../model/milestone.ts';
import type { Finding } from '../../model/verdict.ts';
import type { EventSource } from '../../model/history-event.ts';
import { orderOf } from '../times/order-of.ts';

export interface BestMilestones {
  /** One for each step of each Pod (container, node), in the order of time. */
  readonly milestones: readonly Milestone[];
  /** Where sources disagree beyond their joint uncertainty: one finding for each pair of sources. */
  readonly findings: readonly Finding[];
}

/**
 * Of several sightings of the same step the best source's stands (earliest, where one source has several). Sightings
 * that contradict it are reported: then one of the two states an uncertainty that does not hold.
 */
export function bestMilestones(sightings: readonly Milestone[]): BestMilestones {
  const milestones: Milestone[] = [];
  const disagreements: Disagreement[] = [];
  for (const [, same] of Map.groupBy(sightings, keyOf)) {
    const [best, ...others] = same.toSorted(
      (a, b) => SOURCE_RANK[a.source] - SOURCE_RANK[b.source] || a.atNs - b.atNs,
    );
    if (best === undefined) continue;
    // The kernel sees a process end, the runtime with which code.
    const detail = best.detail ?? others.find((other) => other.detail !== undefined)?.detail;
    milestones.push(detail === undefined ? best : { ...best, detail });
    for (const other of others) {
      const comparable = milestoneKind(best.name).comparable !== false && other.source !== best.source;
      if (comparable && orderOf(best, other) !== 'indeterminate') disagreements.push({ best, other });
    }
  }
  milestones.sort(byTimeThenStep);
  return { milestones, findings: findingsOf(disagreements) };
}

interface Disagreement {
  readonly best: Milestone;
  readonly other: Milestone;
}

/** What is the same step, whoever saw it. Not every source knows the node of a step that has one place. */
function keyOf({ name, pod, podUid, node, container, detail }: Milestone): string {
  const kind = milestoneKind(name);
  const where = { pod: '', container: container ?? '', node: node ?? '' }[kind.of];
  const which = kind.manyByDetail === true ? (detail ?? '') : '';
  return `${name} ${podUid === '' ? pod : podUid} ${where} ${which}`;
}

function findingsOf(disagreements: readonly Disagreement[]): readonly Finding[] {
  const pairs = Map.groupBy(disagreements, ({ best, other }) => `${best.source} ${other.source}`);
  return [...pairs.values()].flatMap((pair): readonly Finding[] => {
    const [worst] = pair.toSorted((a, b) => apartNs(b) - apartNs(a));
    if (worst === undefined) return [];
    const { best, other } = worst;
    const jointMs = (best.uncertaintyNs + other.uncertaintyNs) / NS_PER_MS;
    const when = other.atNs > best.atNs ? 'later' : 'earlier';
    const steps = [...new Set(pair.map((each) => each.best.name))].sort().join(', ');
    return [
      {
        code: 'sources-disagree',
        severity: 'info',
        message: `${other.source} has ${countOf(pair.length, 'step')} at another time than ${best.source}, beyond their joint uncertainty; the most for ${best.name}: ${(apartNs(worst) / NS_PER_MS).toFixed(1)} ms ${when}, where ± ${jointMs.toFixed(1)} ms was said. ${best.source} is believed (${steps}).`,
        eventIds: [best.eventId, other.eventId].filter((id) => id !== null),
      },
    ];
  });
}

function apartNs({ best, other }: Disagreement): number {
  return Math.abs(other.atNs - best.atNs);
}

function byTimeThenStep(a: Milestone, b: Milestone): number {
  return (
    a.atNs - b.atNs ||
    MILESTONE_NAMES.indexOf(a.name) - MILESTONE_NAMES.indexOf(b.name) ||
    (a.eventId ?? 0) - (b.eventId ?? 0)
  );
}

/**
 * Which source is believed when several saw the same step; the smallest wins. Kernel and kubelet stamp what they do
 * themselves; the API server's audit log stamps its own writes, a watch only their arrival at the harness.
 */
export const SOURCE_RANK: Readonly<Record<EventSource, number>> = {
  'kernel-trace': 0,
  kubelet: 1,
  load: 2,
  'app-log': 3,
  dataplane: 4,
  conntrack: 5,
  runtime: 6,
  etcd: 7,
  'api-audit': 8,
  'api-watch': 9,
  harness: 10,
};

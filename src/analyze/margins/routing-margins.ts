import { NS_PER_MS } from '../../model/duration.ts';
import type { Milestone } from '../../model/milestone.ts';
import type { NodeRules } from '../../model/node-rules.ts';
import type { RoutingMargin } from '../../model/margin.ts';
import type { Victim } from '../../model/trial-record.ts';

export interface RoutingInput {
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  readonly rules: readonly NodeRules[];
  /** Nodes whose rules the load's connections pass. One that nothing is known of was not watched. */
  readonly nodes: readonly string[];
  /** Why there is none of them to ask. */
  readonly whyNoNode: string;
}

/** How the clients of a load find Pods that they look up by name. */
export interface NamesInput {
  readonly victims: readonly Victim[];
  readonly milestones: readonly Milestone[];
  /** Until when a name meant each address, ns since run start. An address that is none of them was never sent to. */
  readonly untilNs: ReadonlyMap<string, number>;
  /** What is not known of the clock of these times, ns. */
  readonly uncertaintyNs: number;
  /** Another Pod had the address later: it may be that one that the name meant last. */
  readonly isShared: (address: string) => boolean;
}

/** As `routingMargins`, of clients that pass no node's rules: a name's record takes the place of a rule. */
export function nameMargins(input: NamesInput): readonly RoutingMargin[] {
  return input.victims.flatMap((victim): readonly RoutingMargin[] => {
    const who = { pod: victim.name, podUid: victim.uid, node: THE_NAME };
    const unknown = (why: string) => [{ ...who, state: 'unknown', margin: null, why } as const];
    const { podIP } = victim;
    if (podIP === null) return unknown('nobody saw its address');
    const untilNs = input.untilNs.get(podIP);
    if (untilNs === undefined) return [];
    if (input.isShared(podIP)) return unknown('another Pod had its address');
    const closed = listenerEnd(input.milestones, victim.uid);
    if (closed === undefined) return unknown(UNSEEN_CLOSE);
    const margin = {
      ms: (closed.atNs - untilNs) / NS_PER_MS,
      uncertaintyMs: (closed.uncertaintyNs + input.uncertaintyNs) / NS_PER_MS,
    };
    return [{ ...who, state: 'dropped', margin, why: '' }];
  });
}

/** What stands in the place of a node where clients go by a name. */
export const THE_NAME = 'the name';
const UNSEEN_CLOSE = 'nobody saw the listener close';

/**
 * Of each Pod that went, on each node that may have sent to it: for how long it still listened when the node had stopped.
 * A node that was watched and never sent to the Pod has none; without a node to ask, nothing is known.
 */
export function routingMargins(input: RoutingInput): readonly RoutingMargin[] {
  return input.victims.flatMap((victim): readonly RoutingMargin[] => {
    const who = { pod: victim.name, podUid: victim.uid };
    if (input.nodes.length === 0) {
      return [{ ...who, node: '', state: 'unknown', margin: null, why: input.whyNoNode }];
    }
    const closed = listenerEnd(input.milestones, victim.uid);
    return input.nodes.flatMap((node) => {
      const rules = input.rules.find((each) => each.podUid === victim.uid && each.node === node);
      if (rules?.state === 'never-sent') return [];
      return [{ ...who, node, ...ofNode(rules, closed) }];
    });
  });
}

/** When a Pod ceased to listen. An app that is killed never closes its listener itself: the end of its process does. */
export function listenerEnd(milestones: readonly Milestone[], podUid: string): Milestone | undefined {
  const own = milestones.filter((milestone) => milestone.podUid === podUid);
  return (
    own.findLast(({ name }) => name === 'listener-closed') ??
    own.findLast(({ name }) => name === 'process-exited')
  );
}

function ofNode(
  rules: NodeRules | undefined,
  closed: Milestone | undefined,
): Pick<RoutingMargin, 'state' | 'margin' | 'why'> {
  if (rules === undefined || rules.state === 'not-watched') {
    return { state: 'unknown', margin: null, why: 'its rules were not watched all the time' };
  }
  if (closed === undefined) return { state: 'unknown', margin: null, why: UNSEEN_CLOSE };
  if (rules.state === 'not-dropped' || rules.atNs === null)
    return { state: 'not-dropped', margin: null, why: '' };
  const margin = {
    ms: (closed.atNs - rules.atNs) / NS_PER_MS,
    uncertaintyMs: (closed.uncertaintyNs + rules.uncertaintyNs) / NS_PER_MS,
  };
  return { state: 'dropped', margin, why: '' };
}

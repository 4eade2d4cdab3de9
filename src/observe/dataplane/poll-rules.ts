import { setTimeout as sleep } from 'node:timers/promises';

import type { ObserveContext, Observer } from '../observer.ts';
import type { OnNode } from './on-node.ts';
import type { ProxyRules } from './proxy-rules.ts';
import type { RouteRecorder } from './route-recorder.ts';
import { RoutingTable } from './routing-table.ts';
import { runOnNode } from './run-on-node.ts';

/** Between the end of one listing and the start of the next: exact enough for seconds, cheap enough for two cores. */
const PAUSE_MS = 50;

/**
 * Lists a node's rules again and again, where the kernel announces no changes. A change happened between the start of
 * the last listing that did not show it and the end of the first that does: that is its uncertainty.
 */
export async function pollRules(
  onNode: OnNode,
  node: string,
  rules: Pick<ProxyRules, 'list' | 'parseListing'>,
  recorder: RouteRecorder,
  context: ObserveContext,
): Promise<Observer> {
  const stopping = new AbortController();
  const signal = AbortSignal.any([context.signal, stopping.signal]);
  const table = new RoutingTable();
  const read = async () => {
    const startNs = recorder.nowNs();
    const text = await runOnNode(onNode, node, rules.list);
    table.clear();
    for (const change of rules.parseListing(text)) if (change.op !== 'commit') table.apply(change);
    return { startNs, endNs: recorder.nowNs(), difference: table.commit() };
  };
  const first = await read();
  recorder.listed(first.difference, (first.startNs + first.endNs) / 2, (first.endNs - first.startNs) / 2);
  const polling = keepReading(read, first.startNs, recorder, signal);
  return {
    stop: async () => {
      stopping.abort();
      if (await polling) recorder.ended(first.startNs, `\`${rules.list.join(' ')}\``);
    },
  };
}

/** Resolves when it was stopped, with whether it could read to the end. */
async function keepReading(
  read: () => Promise<{ startNs: number; endNs: number; difference: ReturnType<RoutingTable['commit']> }>,
  firstNs: number,
  recorder: RouteRecorder,
  signal: AbortSignal,
): Promise<boolean> {
  const stopped = () => signal.aborted;
  let sinceNs = firstNs;
  let failure: string | null = null;
  while (!stopped()) {
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    try {
      const { startNs, endNs, difference } = await read();
      if (failure !== null) recorder.gap(sinceNs, failure);
      failure = null;
      recorder.changed(difference, (sinceNs + endNs) / 2, (endNs - sinceNs) / 2);
      sinceNs = startNs;
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
  }
  if (failure !== null) recorder.gap(sinceNs, failure);
  return failure === null;
}

import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../model/drainbench-error.ts';
import type { LoadContext, LoadTarget } from './load-engine.ts';
import { NameCache } from './name-cache.ts';
import { connectFailure } from './connect-failure.ts';

const POLL_INTERVAL_MS = 50;

/**
 * Waits until every place that a load goes to accepts connections. That Pods are Ready and EndpointSlices quiet does not
 * say that every node's kube-proxy has its rules: it may hold a change back for a second (`minSyncPeriod`) and more.
 * Each try is one TCP connection without a request.
 *
 * @throws DrainbenchError `target-not-accepting` after `withinMs`, with what was tried and what came of it.
 */
export async function waitUntilAccepted(
  { targets, names = new NameCache() }: Pick<LoadContext, 'targets' | 'names'>,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const obstacles = (await Promise.all(targets.map((target) => obstaclesTo(target, names)))).flat();
    if (obstacles.length === 0) return;
    if (performance.now() > deadline) throw notAccepting(obstacles, withinMs);
    await sleep(POLL_INTERVAL_MS);
  }
}

/** Which addresses of a target do not accept a connection, or that it has none, and why. */
async function obstaclesTo({ host, port }: LoadTarget, names: NameCache): Promise<readonly string[]> {
  const known = names.known(host);
  const found = known === null ? await names.ask(host) : { addresses: known };
  if ('errorCode' in found) return [`${host} names no address (${found.errorCode})`];
  const { addresses } = found;
  const answers = await Promise.all(addresses.map((address) => connectFailure(address, port)));
  return addresses.flatMap((address, index) => {
    const why = answers[index];
    return why == null ? [] : [`${address}:${port} (${why})`];
  });
}

function notAccepting(obstacles: readonly string[], withinMs: number): DrainbenchError {
  return new DrainbenchError({
    code: 'target-not-accepting',
    message: 'the app is Ready, but not every address that the load goes to accepts connections',
    expected: `a TCP connection to each within ${withinMs / 1000} s`,
    found: obstacles.join(', '),
    fix: 'see whether kube-proxy runs on every node and keeps up (its log says when it writes its rules), and whether a NetworkPolicy or firewall is in the way',
  });
}

import { setTimeout as sleep } from 'node:timers/promises';

import { DrainbenchError } from '../model/drainbench-error.ts';
import type { LoadContext } from './load-engine.ts';
import { whyNoConnection } from './why-no-connection.ts';

const POLL_INTERVAL_MS = 50;

/**
 * Waits until every place that a load goes to accepts connections. That Pods are Ready and EndpointSlices quiet does not
 * say that every node's kube-proxy has its rules: it may hold a change back for a second (`minSyncPeriod`) and more.
 * Each try is one TCP connection without a request.
 *
 * @throws DrainbenchError `target-not-accepting` after `withinMs`, with what was tried and what came of it.
 */
export async function waitUntilAccepted(
  { targets, addresses }: Pick<LoadContext, 'targets' | 'addresses'>,
  withinMs: number,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const places = targets.flatMap(({ host, port }) =>
      addresses === undefined ? [{ host, port }] : addresses().map((address) => ({ host: address, port })),
    );
    const answers = await Promise.all(places.map(({ host, port }) => whyNoConnection(host, port)));
    if (places.length > 0 && answers.every((why) => why === null)) return;
    if (performance.now() > deadline) {
      const silent = places.flatMap(({ host, port }, index) => {
        const why = answers[index];
        return why == null ? [] : [`${host}:${port} (${why})`];
      });
      throw notAccepting(silent, targets, withinMs);
    }
    await sleep(POLL_INTERVAL_MS);
  }
}

function notAccepting(
  silent: readonly string[],
  targets: LoadContext['targets'],
  withinMs: number,
): DrainbenchError {
  return new DrainbenchError({
    code: 'target-not-accepting',
    message: 'the app is Ready, but not every address that the load goes to accepts connections',
    expected: `a TCP connection to each within ${withinMs / 1000} s`,
    found: silent.length > 0 ? silent.join(', ') : `${targets[0]?.host ?? ''} names no address`,
    fix: 'see whether kube-proxy runs on every node and keeps up (its log says when it writes its rules), and whether a NetworkPolicy or firewall is in the way',
  });
}

import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

const HOLD_MS = 2500;

/** The process exits with requests in hand; its container starts anew in the same Pod. */
export const exitMidRequest: Fault = {
  name: 'exit-mid-request',
  does: 'one of two servers exits with 2.5 s requests in hand, and its container starts anew',
  app: { replicas: 2, env: {} },
  loads: [
    {
      name: 'fresh',
      connections: 'fresh',
      ratePerSecond: 60,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 5000,
    },
    {
      name: 'keep-alive',
      connections: 'keep-alive',
      concurrency: 60,
      ratePerSecond: 20,
      path: `/?holdMs=${HOLD_MS}`,
      responseTimeoutMs: 5000,
    },
  ],
  baselineMs: HOLD_MS + 500,
  noPodGoes: true,
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    for (const victim of victims) await stage.command(victim, 'exit');
    return victims;
  },
  judge: (request, truth) => {
    const exiting = truth.lines.find(({ what }) => what === 'exiting');
    const again = truth.lines.find(
      ({ what, pod, atNs }) => what === 'listening' && pod === exiting?.pod && atNs > exiting.atNs,
    );
    const { startNs, endNs, requestOnConnection } = request;
    const whileAway =
      exiting !== undefined &&
      requestOnConnection === 0 &&
      startNs !== null &&
      endNs !== null &&
      startNs > exiting.atNs &&
      endNs < (again?.atNs ?? Infinity);
    if (whileAway && truth.of(request, 'arrived') === undefined)
      return { cause: 'listener-closed-still-routed' };
    return judgeKilled(request, truth);
  },
};

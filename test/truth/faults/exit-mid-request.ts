import type { Fault } from '../fault.ts';
import { judgeKilled } from './judge-killed.ts';

const HOLD_MS = 2500;
/** From when a container begins, which the runtime says, to when its process says so. */
const STARTS_WITHIN_NS = 1e9;

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
  ends: 'containers',
  play: async (stage) => {
    const [victim] = await stage.pods();
    if (victim === undefined) throw new Error('there is no Pod');
    await stage.command(victim, 'exit');
    return { victims: [victim], restarts: new Map([[victim.uid, 0]]) };
  },
  judge: (request, truth) => {
    const exiting = truth.lines.find(({ what }) => what === 'exiting');
    // A process that says that it exits still listens: what comes then waits in its queue, and dies with it.
    const ended = truth.lines.find(
      ({ what, pod, atNs }) => what === 'stream-ended' && pod === exiting?.pod && atNs >= exiting.atNs,
    );
    const again = truth.lines.find(
      ({ what, pod, atNs }) => what === 'listening' && pod === exiting?.pod && atNs > exiting.atNs,
    );
    const { startNs, endNs, requestOnConnection, outcome } = request;
    // Its record ends some ms before its listener closes: who still gets a connection waits in the queue, too.
    const whileAway =
      ended !== undefined &&
      outcome === 'refused' &&
      requestOnConnection === 0 &&
      startNs !== null &&
      endNs !== null &&
      startNs > ended.atNs &&
      endNs < (again?.atNs ?? Infinity);
    if (!whileAway || truth.of(request, 'arrived') !== undefined) return judgeKilled(request, truth);
    const started = truth.lines.find(
      ({ what, pod, atNs }) => what === 'started' && pod === exiting?.pod && atNs > exiting.atNs,
    );
    const untilStartedNs = (started?.atNs ?? Infinity) - startNs;
    if (untilStartedNs <= 0) return { cause: 'replacement-not-ready' };
    return untilStartedNs < STARTS_WITHIN_NS
      ? { notCounted: 'its container was just being started anew' }
      : { cause: 'listener-closed-still-routed' };
  },
};

import type { Fault } from '../fault.ts';

const BLOCKED_MS = 1200;
/** The kernel closes what waits in the queue of a process that is killed, one connection after the other; its record ends last. */
const SEAM_NS = 500e6;

/** Requests that wait to be accepted by a server that is then killed: it still listened when they came. */
export const killedInQueue: Fault = {
  name: 'killed-in-queue',
  does: 'one of three servers does nothing any more, its queue fills up, and then it is force-deleted and killed',
  app: { replicas: 3, env: {} },
  loads: [{ name: 'fresh', connections: 'fresh', ratePerSecond: 150, responseTimeoutMs: 8000 }],
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    for (const victim of victims) await stage.command(victim, 'block?ms=60000');
    await stage.wait(BLOCKED_MS);
    await stage.delete(victims, 0);
    return victims;
  },
  judge: (request, truth) => {
    const blocking = truth.first('blocking');
    const killed = truth.lines.find(
      ({ what, pod, atNs }) => what === 'stream-ended' && pod === blocking?.pod && atNs > blocking.atNs,
    );
    const { startNs, endNs, outcome } = request;
    if (blocking === undefined || killed === undefined) return { notCounted: 'the server was not killed' };
    if (truth.of(request, 'arrived') !== undefined) return { notCounted: 'a server had it all the same' };
    if (startNs === null || endNs === null) return { notCounted: 'never sent' };
    if (startNs < blocking.atNs) return { notCounted: 'began before the server did nothing any more' };
    if (startNs > killed.atNs - SEAM_NS)
      return { notCounted: 'began just when the server was killed, or after' };
    // Whatever the kubelet does, it does later than it was told.
    const told = truth.first('deleting')?.atNs ?? Infinity;
    if (endNs < Math.max(told, killed.atNs - SEAM_NS))
      return { notCounted: 'ended before the server was killed' };
    return outcome === 'reset' || outcome === 'closed-early'
      ? { cause: 'killed-in-flight' }
      : { notCounted: `${outcome}: not by the end of a connection` };
  },
};

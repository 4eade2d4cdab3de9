import type { Fault } from '../fault.ts';
import { keepaliveClosedIdle } from './keepalive-closed-idle.ts';

/** A Pod goes whose log shipper ends at once; its server lives on, and closes kept-alive connections as idle. */
export const sidecarExitsFirst: Fault = {
  name: 'sidecar-exits-first',
  does: 'of a deleted Pod a log shipper ends at once, while the server beside it closes kept-alive connections as idle for two seconds more',
  app: { replicas: 2, env: { LATENCY_MS: '25', LINGER_MS: '3000' }, companion: true },
  loads: keepaliveClosedIdle.loads,
  // Only connections that are closed within a second of the sidecar's end: a handful.
  leastSeeds: 3,
  play: async (stage) => {
    const victims = (await stage.pods()).slice(0, 1);
    await stage.delete(victims);
    for (const victim of victims) await stage.command(victim, 'behave?as=close');
    return victims;
  },
  judge: keepaliveClosedIdle.judge,
};

import type { Scenario } from '../model/scenario.ts';
import { SAMPLE_APP_PORT } from '../workload/app-container.ts';

/** Far below the ports that clients and NodePorts have. */
const MOST_PORTS = 2000;

/**
 * Ports for the sample app on stands that are there at the same time, one after the other: what the kernel tells is
 * sorted out by port, so that no trial has to read what goes on at another one's Pods. Always the usual one where the
 * scenario itself speaks of it, or of the variable that sets it.
 */
export function standPorts({ spec }: Scenario): () => number {
  const text = JSON.stringify([spec.app, spec.strategies]);
  const isNamed = new RegExp(String.raw`\b(${SAMPLE_APP_PORT}|PORT)\b`).test(text);
  let made = 0;
  return () => (isNamed ? SAMPLE_APP_PORT : SAMPLE_APP_PORT + (made++ % MOST_PORTS));
}

import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';

import { readEvents } from '../../../src/history/event-reader.ts';

/** What only a cluster's own components tell of a Pod's end: its kubelet step by step, and etcd at last. */
export async function expectInnerSteps(folder: string, said: string): Promise<void> {
  const path = join(realpathSync(join(folder, 'latest')), 'trials');
  const trials = await Promise.all(readdirSync(path).map((trial) => readEvents(join(path, trial))));
  const events = trials.flatMap((trial) => trial.events);
  const blind = events.filter(
    (event) => event.type === 'observation-gap' && /^(etcd|audit|kubelet .*)$/.test(event.observer),
  );
  expect(blind, said).toEqual([]);
  const steps = new Set(events.flatMap((event) => (event.type === 'kubelet' ? [event.step] : [])));
  for (const step of ['termination-started', 'stop-requested', 'containers-stopped', 'probe-passed'] as const)
    expect(steps, said).toContain(step);
  const gone = events.filter((event) => event.type === 'record-gone' && event.resource === 'pods');
  expect(gone.length, said).toBeGreaterThan(0);
}

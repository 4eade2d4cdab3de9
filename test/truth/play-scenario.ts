import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { scenarioSchema, type Scenario } from '../../src/model/scenario.ts';
import { appManifest, SERVER } from './app-manifest.ts';
import type { Play } from './play.ts';

const TAIL_MS = 300;

/** The scenario that a play is given in: one strategy, and no disruption of the tool's own. Pure but for its manifest. */
export async function playScenario(play: Play, folder: string): Promise<Scenario> {
  const { fault, distractors, proxyMode } = play;
  const { name, does } = fault;
  const app = distractors.reduce((dressed, each) => each.dressApp?.(dressed) ?? dressed, fault.app);
  const loads = fault.loads.map((load) =>
    distractors.reduce((dressed, each) => each.dressLoad?.(dressed) ?? dressed, load),
  );
  const manifest = resolve(join(folder, `${name}.json`));
  await mkdir(folder, { recursive: true });
  await writeFile(manifest, JSON.stringify(appManifest(name, app), null, 2));
  return scenarioSchema.parse({
    apiVersion: 'drainbench.dev/v1alpha1',
    kind: 'Scenario',
    metadata: { name, question: `Is the cause known when ${does}?` },
    spec: {
      cluster: { driver: 'embedded', nodes: 2, proxyMode },
      app: { manifest, workload: { kind: 'Deployment', name }, container: SERVER, port: 8080 },
      loads,
      disruptions: [{ type: fault.ends === 'containers' ? 'kill-container' : 'delete' }],
      strategies: [
        {
          name,
          terminationGracePeriodSeconds: app.graceSeconds ?? 5,
          ...(app.hook !== undefined && { preStop: { exec: app.hook } }),
        },
      ],
      blocks: 1,
      timing: {
        settleMs: 300,
        baselineMs: fault.baselineMs ?? 800,
        tailMs: Math.max(TAIL_MS, ...distractors.map(({ tailMs = 0 }) => tailMs)),
        recoverTimeoutMs: 30_000,
      },
    },
  });
}

import { appImageArchives } from '../../../src/run/images/app-image.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';

/** The archive of the sample app, as a run puts it on the nodes. */
export async function sampleImage(): Promise<string> {
  const scenario = parseScenario(
    `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata: { name: image, question: none }
spec:
  app: { sample: http }
  loads: [{ name: fresh, connections: fresh, ratePerSecond: 1 }]
  disruptions: [{ type: none }]
  strategies: [{ name: none }]
`,
    'image.yaml',
  );
  const [archive] = await appImageArchives(scenario, null, [], new AbortController().signal);
  if (archive === undefined) throw new Error('the sample app has an image');
  return archive;
}

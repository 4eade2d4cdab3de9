import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import type { Scenario } from '../../../src/model/scenario.ts';

/** The smallest valid scenario. Tests change a line of it. */
export const MINIMAL = `apiVersion: drainbench.dev/v1alpha1
kind: Scenario
metadata:
  name: minimal
  question: Does it work?
spec:
  app: { sample: http }
  loads:
    - name: fresh
      connections: fresh
      ratePerSecond: 100
  disruptions:
    - type: delete
  strategies:
    - name: none
    - name: sleep-5
      preStop: { sleepSeconds: 5 }
`;

/** The minimal scenario after replacing each key by its value, each of which must occur. */
export function edited(replacements: Readonly<Record<string, string>>): string {
  return Object.entries(replacements).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the minimal scenario has no ${JSON.stringify(from)}`);
    return text.replace(from, to);
  }, MINIMAL);
}

export function scenario(replacements: Readonly<Record<string, string>> = {}): Scenario {
  return parseScenario(edited(replacements), 'scenario.yaml');
}

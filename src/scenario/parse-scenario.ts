import { scenarioSchema, type Scenario } from '../model/scenario.ts';
import { crossCheck } from './cross-check.ts';
import type { Explained } from './explain-issues.ts';
import { parseDocument } from './parse-document.ts';

/**
 * Parses the text of a scenario, strictly: unknown keys, wrong values and broken YAML are all reported at once, each
 * with `file:line:column`, the line and a caret.
 *
 * @param file the name that messages carry.
 * @param check further mistakes to look for in a scenario that is valid in itself, e.g. files that do not exist.
 * @throws DrainbenchError `scenario-invalid` (exit code 64).
 */
export function parseScenario(
  text: string,
  file: string,
  check: (scenario: Scenario) => readonly Explained[] = () => [],
): Scenario {
  return parseDocument(text, file, {
    noun: 'scenario',
    code: 'scenario-invalid',
    schema: scenarioSchema,
    check: (scenario) => [...crossCheck(scenario), ...check(scenario)],
  });
}

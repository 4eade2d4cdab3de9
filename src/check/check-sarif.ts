import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';

import type { CheckFinding, CheckResult } from './check-manifests.ts';
import { RULES } from './rules.ts';

const SCHEMA = 'https://json.schemastore.org/sarif-2.1.0.json';

/**
 * The findings as SARIF 2.1.0, which code review shows at their lines. All rules are listed, also those that found
 * nothing; a question is a `note`.
 *
 * @param version of drainbench.
 */
export function checkSarif({ findings }: CheckResult, version: string): string {
  const document = {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'drainbench',
            semanticVersion: version,
            rules: RULES.map(({ id, title, reason, docs, measurement }) => ({
              id,
              shortDescription: { text: sentence(title) },
              fullDescription: { text: reason },
              help: { text: `${reason}\nMeasure it: ${measurement}.\n${docs}` },
              helpUri: docs,
            })),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: findings.map(result),
      },
    ],
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function result({ rule, severity, message, object, file, line, column }: CheckFinding): object {
  return {
    ruleId: rule.id,
    ruleIndex: RULES.indexOf(rule),
    level: severity === 'warning' ? 'warning' : 'note',
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(file) },
          region: { startLine: line, startColumn: column },
        },
        logicalLocations: [{ fullyQualifiedName: object, kind: 'object' }],
      },
    ],
  };
}

/** Relative to the repository's root where it was given so, as code review wants it. */
function uriOf(file: string): string {
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file
    .replace(/^(\.\/)+/, '')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

function sentence(title: string): string {
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}.`;
}

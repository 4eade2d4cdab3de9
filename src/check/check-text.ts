import { countOf } from '../model/count-of.ts';
import { terminalText } from '../model/terminal-text.ts';
import type { CheckFinding, CheckResult } from './check-manifests.ts';

/** What a person reads: each finding with its place, then why it matters, where that is written, and how to measure it. */
export function checkText({ workloads, notLookedAt, findings }: CheckResult): string {
  const certain = findings.filter(({ severity }) => severity === 'warning').length;
  const counts = `${countOf(certain, 'warning')}, ${countOf(findings.length - certain, 'question')}`;
  return [
    ...findings.flatMap((finding) => [...paragraph(finding), '']),
    ...notLookedAt.map((what) => `not looked at: ${what}`),
    `${workloads.join(', ')}: ${counts}`,
    ...(findings.some(({ severity }) => severity === 'question')
      ? ['A manifest cannot answer a question; a run can: drainbench init MANIFEST']
      : []),
    '',
  ].join('\n');
}

function paragraph({ rule, severity, message, file, line, column }: CheckFinding): string[] {
  return [
    terminalText(`${file}:${line}:${column}: ${severity}: ${message}  [${rule.id}]`),
    `  why      ${rule.reason}`,
    `  read     ${rule.docs}`,
    `  measure  ${rule.measurement}`,
  ];
}

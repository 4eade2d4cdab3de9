import { formatPercent } from '../analyze/format-percent.ts';
import type { CellResult, ControlResult, RunResult } from '../analyze/run-result.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * junit.xml: one test case for each strategy × disruption × load, and for each control. `fail` is a failure, `void`
 * an error (the measurement is broken, not the app), `inconclusive` is skipped with the reason. A failing strategy that
 * does not make the run fail (the baseline that others are held against) is skipped, too: a build that looks at this
 * file and one that looks at the exit code must come to the same end.
 */
export function junitXml(result: RunResult): string {
  const { name } = result.manifest.scenario.metadata;
  const target = result.manifest.scenario.spec.target.maxFailingTrials;
  const properties = {
    schemaVersion: '1',
    runId: result.manifest.runId,
    seed: String(result.manifest.plan.seed),
    verdict: result.verdict,
    headline: result.headline,
  };
  const run: Case = {
    name: 'measurement is valid',
    verdict: result.verdict === 'void' ? 'void' : 'pass',
    message: result.headline,
  };
  const failing = new Set(strategiesThatFailTheRun(result));
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="drainbench ${escapeXml(name)}">`,
    ...suite(`drainbench.${name}.run`, [run], properties),
    ...suite(
      `drainbench.${name}.controls`,
      result.controls.map((control) => ({
        name: `${control.role} (${control.strategy}, ${control.disruption})`,
        verdict: control.verdict,
        message: describeControl(control),
      })),
    ),
    ...suite(
      `drainbench.${name}.strategies`,
      result.cells.map((cell) => ({
        name: `${cell.strategy} × ${cell.disruption} × ${cell.load}`,
        ...(cell.verdict === 'fail' && !failing.has(cell.strategy)
          ? { verdict: 'inconclusive' as const, message: `need not pass: ${describeCell(cell, target)}` }
          : { verdict: cell.verdict, message: describeCell(cell, target) }),
      })),
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

/** Those that must pass and do not; where none is marked, all, for then it took every one of them. */
function strategiesThatFailTheRun({ verdict, strategies }: RunResult): readonly string[] {
  if (verdict !== 'fail') return [];
  const marked = strategies.filter(({ strategy }) => strategy.mustPass);
  return (marked.length === 0 ? strategies : marked).map(({ name }) => name);
}

interface Case {
  readonly name: string;
  readonly verdict: Verdict;
  readonly message: string;
}

function suite(
  name: string,
  cases: readonly Case[],
  properties: Readonly<Record<string, string>> = {},
): readonly string[] {
  const count = (verdict: Verdict): number => cases.filter((one) => one.verdict === verdict).length;
  return [
    `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${count('fail')}" errors="${count('void')}" skipped="${count('inconclusive')}">`,
    ...propertyLines(properties),
    ...cases.flatMap((one) => testcase(name, one)),
    '  </testsuite>',
  ];
}

function testcase(suiteName: string, { name, verdict, message }: Case): readonly string[] {
  const head = `    <testcase classname="${escapeXml(suiteName)}" name="${escapeXml(name)}"`;
  if (verdict === 'pass') return [`${head}/>`];
  const element = { fail: 'failure', void: 'error', inconclusive: 'skipped' }[verdict];
  return [`${head}>`, `      <${element} message="${escapeXml(message)}"/>`, '    </testcase>'];
}

function describeControl(control: ControlResult): string {
  return `${control.explanation}; ${control.failedRequests} failed requests in all`;
}

function describeCell(cell: CellResult, target: number): string {
  if (cell.verdict === 'void') return `${cell.voidTrials} trials void, ${cell.trials} valid`;
  return `requests failed in ${cell.failingTrials} of ${cell.trials} trials (95 % bounds ${formatPercent(cell.lower)} to ${formatPercent(cell.upper)}, target below ${formatPercent(target)}); ${cell.failedRequests} of ${cell.requests} requests`;
}

function propertyLines(properties: Readonly<Record<string, string>>): readonly string[] {
  const lines = Object.entries(properties).map(
    ([name, value]) => `      <property name="${name}" value="${escapeXml(value)}"/>`,
  );
  return lines.length === 0 ? [] : ['    <properties>', ...lines, '    </properties>'];
}

/** Escapes for attribute values, and leaves out what XML 1.0 does not allow at all. */
function escapeXml(text: string): string {
  return (
    text
      // eslint-disable-next-line no-control-regex -- these are the characters that must go
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udfff]/gu, '�')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\n', '&#10;')
      .replaceAll('\r', '&#13;')
      .replaceAll('\t', '&#9;')
  );
}

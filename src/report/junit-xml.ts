import { formatPercent } from '../analyze/words/format-figures.ts';
import { describeGate } from '../analyze/gates/describe-gate.ts';
import type { CellResult, ControlResult, RunResult } from '../analyze/run-result.ts';
import { STANDING_WORDS } from './standing-words.ts';
import { countOf } from '../model/count-of.ts';
import { formatCount } from '../model/format-count.ts';
import type { Verdict } from '../model/verdict.ts';

/**
 * junit.xml: one test case for each strategy × disruption × load, for each target that is set for it, and for each
 * control. `fail` is a failure, `void`
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
        ...(isHarmless(cell, result, failing)
          ? { verdict: 'inconclusive' as const, message: `need not pass: ${describeCell(cell, target)}` }
          : { verdict: cell.verdict, message: describeCell(cell, target) }),
      })),
    ),
    ...suite(
      `drainbench.${name}.gates`,
      result.cells.flatMap((cell) =>
        cell.gates.map((gate) => ({
          name: `${cell.strategy} × ${cell.disruption} × ${cell.load}: ${gate.gate}`,
          // What does not fail the run must not fail the build.
          ...(isHarmless({ ...cell, verdict: gate.verdict }, result, failing)
            ? { verdict: 'inconclusive' as const, message: `need not pass: ${describeGate(gate)}` }
            : { verdict: gate.verdict, message: describeGate(gate) }),
          showsAlways: true,
        })),
      ),
    ),
    '</testsuites>',
    '',
  ].join('\n');
}

/** It fails, or was hardly measured, and the run did not come to its answer by it. */
function isHarmless(
  { verdict, strategy }: CellResult,
  run: Pick<RunResult, 'verdict'>,
  failing: ReadonlySet<string>,
): boolean {
  return verdict === 'fail' ? !failing.has(strategy) : verdict === 'void' && run.verdict !== 'void';
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
  /** The message is of use to whoever looks at a test that passed: it has a figure that others can be held against. */
  readonly showsAlways?: boolean;
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

function testcase(
  suiteName: string,
  { name, verdict, message, showsAlways = false }: Case,
): readonly string[] {
  const head = `    <testcase classname="${escapeXml(suiteName)}" name="${escapeXml(name)}"`;
  if (verdict === 'pass') {
    return showsAlways
      ? [`${head}>`, `      <system-out>${escapeXml(message)}</system-out>`, '    </testcase>']
      : [`${head}/>`];
  }
  const element = { fail: 'failure', void: 'error', inconclusive: 'skipped' }[verdict];
  return [`${head}>`, `      <${element} message="${escapeXml(message)}"/>`, '    </testcase>'];
}

function describeControl(control: ControlResult): string {
  return `${control.explanation}; ${countOf(control.failedRequests, 'failed request')} in all`;
}

function describeCell(cell: CellResult, target: number): string {
  if (cell.verdict === 'void') return `${countOf(cell.voidTrials, 'trial')} void, ${cell.trials} valid`;
  const hazard = cell.hazards.find(({ state }) => state === 'there');
  const shown =
    hazard === undefined ? '' : ` (${hazard.hazard}${hazard.detail === '' ? '' : `: ${hazard.detail}`})`;
  return `${STANDING_WORDS[cell.standing]}${shown}: requests failed in ${cell.failingTrials} of ${countOf(cell.trials, 'trial')} (95 % bounds ${formatPercent(cell.lower)} to ${formatPercent(cell.upper)}, target below ${formatPercent(target)}); ${formatCount(cell.failedRequests)} of ${countOf(cell.requests, 'request')}`;
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

// Runs `make verify` and every test project. Ends with the names of what failed, then one line: N passed, N failed.
//
// What measures nothing runs in two lanes side by side, one of which mostly waits for clusters; its output is printed
// when it has ended. What measures has the machine for itself.
import { spawn } from 'node:child_process';
import { createWriteStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { finished } from 'node:stream/promises';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What is read of vitest's JSON report. */
interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages: string[] }[];
  }[];
}

const LANES = [['verify', 'unit', 'integration', 'browser'], ['cluster']] as const;
const ALONE = ['load', 'e2e'] as const;

const VERIFY = ['make', '--no-print-directory', 'verify'] as const;
const VITEST = [process.execPath, join('node_modules', 'vitest', 'vitest.mjs'), 'run'] as const;
const HEARTBEAT_MS = 60_000;

const results = mkdtempSync(join(tmpdir(), 'drainbench-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];

await Promise.all(LANES.map((lane) => inTurn(lane, 'kept')));
await inTurn(ALONE, 'shown');
rmSync(results, { recursive: true });
if (failures.length > 0) process.stdout.write(`\nFailed:\n${failures.map((line) => `  ${line}\n`).join('')}`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

type Output = 'kept' | 'shown';

async function inTurn(projects: readonly string[], output: Output): Promise<void> {
  for (const project of projects) {
    const {
      passed,
      failed,
      skipped: left,
    } = await (project === 'verify' ? verify(output) : runProject(project, output));
    total.passed += passed;
    total.failed += failed;
    total.skipped += left;
    process.stdout.write(`--- ${project}: ${passed} passed, ${failed} failed, ${left} skipped\n`);
  }
}

/** `make verify` counts as one test. */
async function verify(output: Output): Promise<Counts> {
  const status = await run('verify', VERIFY, output);
  if (status === 0) return { passed: 1, failed: 0, skipped: 0 };
  failures.push(`verify: make verify ended with exit code ${status}`);
  return { passed: 0, failed: 1, skipped: 0 };
}

/** A project that crashes, or that has no test file, is a failure of its own: it must not look like success. */
async function runProject(project: string, output: Output): Promise<Counts> {
  const json = join(results, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${json}`];
  const status = await run(project, [...VITEST, '--project', project, ...reporters], output);
  try {
    const report = JSON.parse(readFileSync(json, 'utf8')) as VitestReport;
    const counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
    const named = namedFailures(report);
    failures.push(...named.map((line) => `${project}: ${line}`));
    // E.g. an unhandled rejection, a file that does not load.
    const hidden = status !== 0 && counts.failed === 0;
    if (!hidden && counts.passed > 0) return counts;
    if (named.length === 0) {
      failures.push(`${project}: vitest ended with exit code ${status}; see its output above`);
    }
    return { ...counts, failed: counts.failed + 1 };
  } catch (error) {
    process.stderr.write(`${project}: no result (${String(error)})\n`);
    failures.push(`${project}: vitest wrote no result`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

/** Its exit code; null where a signal ended it. */
async function run(name: string, command: readonly string[], output: Output): Promise<number | null> {
  const [program = '', ...args] = command;
  if (output === 'shown') return exitOf(spawn(program, args, { stdio: 'inherit' }));
  const path = join(results, `${name}.log`);
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(path);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  // A CI that hears nothing for long takes a job for dead.
  const heartbeat = setInterval(() => process.stdout.write(`... ${name} goes on\n`), HEARTBEAT_MS);
  const status = await exitOf(child);
  clearInterval(heartbeat);
  log.end();
  await finished(log);
  process.stdout.write(readFileSync(path));
  return status;
}

function exitOf(child: ReturnType<typeof spawn>): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
}

/** One line for each test that failed and each file that did not load, with the first line of its message. */
function namedFailures(report: VitestReport): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLine(message)}`] : [];
    return failed.map((test) => `${file}: ${test.fullName}: ${firstLine(test.failureMessages[0] ?? '')}`);
  });
}

function firstLine(text: string): string {
  return (text.split('\n')[0] ?? '').slice(0, 200);
}

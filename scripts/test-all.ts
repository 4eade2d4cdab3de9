// Runs `make verify` and every test project one after the other, and ends with one line: N passed, N failed.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

const PROJECTS = ['unit', 'integration', 'browser', 'cluster', 'e2e'];
const results = mkdtempSync(join(tmpdir(), 'drainbench-test-'));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };

add('verify', verify());
for (const project of PROJECTS) add(project, runProject(project));
rmSync(results, { recursive: true });
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`\n${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed === 0 ? 0 : 1;

function add(name: string, counts: Counts): void {
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
  process.stdout.write(
    `--- ${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`,
  );
}

/** `make verify` counts as one test. */
function verify(): Counts {
  const { status } = spawnSync('make', ['--no-print-directory', 'verify'], { stdio: 'inherit' });
  return status === 0 ? { passed: 1, failed: 0, skipped: 0 } : { passed: 0, failed: 1, skipped: 0 };
}

/** A project that crashes, or that has no test file, is a failure of its own: it must not look like success. */
function runProject(project: string): Counts {
  const output = join(results, `${project}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${output}`];
  const vitest = join('node_modules', 'vitest', 'vitest.mjs');
  const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', project, ...reporters], {
    stdio: 'inherit',
  });
  try {
    const report = JSON.parse(readFileSync(output, 'utf8')) as {
      numPassedTests: number;
      numFailedTests: number;
      numPendingTests: number;
      numTodoTests: number;
    };
    const counts = {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests + report.numTodoTests,
    };
    const hidden = status !== 0 && counts.failed === 0; // e.g. an unhandled rejection, a file that does not load
    return hidden || counts.passed === 0 ? { ...counts, failed: counts.failed + 1 } : counts;
  } catch (error) {
    process.stderr.write(`${project}: no result (${String(error)})\n`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}

import { join, relative } from 'node:path';

import { analyzeRun } from '../analyze/analyze-run.ts';
import { giveToCaller } from '../history/give-to-caller.ts';
import { writeChunksAtomically } from '../history/write-chunks-atomically.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import { EXIT } from '../model/exit-code.ts';
import type { Verdict } from '../model/verdict.ts';
import { renderAll } from '../report/render-all.ts';
import { terminalTable } from '../report/terminal-table.ts';
import { printColoured } from './print.ts';

interface Screen {
  readonly isTTY: boolean;
  readonly print: (text: string) => void;
}

const STDOUT: Screen = { isTTY: process.stdout.isTTY, print: printColoured };

/**
 * Analyses a run directory, writes every artefact into it and prints the table on `out`; returns the run's verdict. One that
 * cannot be made or written leaves out none of the others.
 *
 * @throws DrainbenchError `report-incomplete` in the end, which names those.
 */
export async function writeReports(runPath: string, out: Screen = STDOUT): Promise<Verdict> {
  const result = await analyzeRun(runPath);
  const failures: { readonly path: string; readonly error: unknown }[] = [];
  for (const { path, chunks } of renderAll(result)) {
    await writeChunksAtomically(join(runPath, path), chunks).catch((error: unknown) => {
      failures.push({ path, error });
    });
  }
  await giveToCaller(runPath).catch(() => undefined); // what is root's can still be read by root
  out.print(`${terminalTable(result, { colour: out.isTTY })}\n`);
  if (failures.length > 0) throw incomplete(runPath, failures);
  out.print(`report: ${relative(process.cwd(), join(runPath, 'report.html'))}\n`);
  return result.verdict;
}

function incomplete(
  runPath: string,
  failures: readonly { readonly path: string; readonly error: unknown }[],
): DrainbenchError {
  const bugs = failures.filter(({ error }) => !(error instanceof DrainbenchError));
  return new DrainbenchError({
    code: 'report-incomplete',
    message: `not all of the report could be written: ${failures.map(({ path }) => path).join(', ')}`,
    found: failures.map(({ error }) => (error instanceof Error ? error.message : String(error))).join('; '),
    fix: `make room on that disk, or the folder writable; then: drainbench report ${runPath}`,
    ...(bugs.length > 0 && {
      detail: bugs.map(({ error }) => (error instanceof Error ? error.stack : String(error))).join('\n'),
      exitCode: EXIT.internal,
    }),
    cause: failures[0]?.error,
  });
}

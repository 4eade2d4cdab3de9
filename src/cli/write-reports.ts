import { join, relative } from 'node:path';

import { analyzeRun } from '../analyze/analyze-run.ts';
import { writeChunksAtomically } from '../history/write-chunks-atomically.ts';
import type { Verdict } from '../model/verdict.ts';
import { renderAll } from '../report/render-all.ts';
import { terminalTable } from '../report/terminal-table.ts';

/** Analyses a run directory, writes every artefact into it and the table to `out`; returns the run's verdict. */
export async function writeReports(runPath: string, out: NodeJS.WriteStream): Promise<Verdict> {
  const result = await analyzeRun(runPath);
  for (const { path, chunks } of renderAll(result)) await writeChunksAtomically(join(runPath, path), chunks);
  out.write(`${terminalTable(result, { colour: out.isTTY })}\n`);
  out.write(`report: ${relative(process.cwd(), join(runPath, 'report.html'))}\n`);
  return result.verdict;
}

import { join } from 'node:path';
import { Command } from 'commander';

import { print } from '../print.ts';
import { requireRunDirectory } from '../require-run-directory.ts';

export function scorecardCommand(): Command {
  return new Command('scorecard')
    .description('one table of several runs: each server, setting and load, what holds and what it costs')
    .argument('<run-directory...>', 'run directories, in the order of the table')
    .option('-o, --output <folder>', 'also write scorecard.md and scorecard.csv there')
    .action(async (directories: readonly string[], { output }: { readonly output?: string }) => {
      const { analyzeRun } = await import('../../analyze/analyze-run.ts');
      const { scorecardCsv, scorecardMarkdown } = await import('../../report/scorecard.ts');
      const { writeChunksAtomically } = await import('../../history/write-chunks-atomically.ts');
      const results = [];
      for (const directory of directories)
        results.push(await analyzeRun(await requireRunDirectory(directory)));
      const table = `${scorecardMarkdown(results)}\n`;
      print(table);
      if (output === undefined) return;
      await writeChunksAtomically(join(output, 'scorecard.md'), [table]);
      await writeChunksAtomically(join(output, 'scorecard.csv'), scorecardCsv(results));
    });
}

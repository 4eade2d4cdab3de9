import { Command } from 'commander';

import { requireRunDirectory } from '../require-run-directory.ts';
import { VERDICT_EXIT } from '../verdict-exit.ts';

export function compareCommand(): Command {
  return new Command('compare')
    .description('hold run B against run A: another cluster, another version, last night')
    .argument('<run-a>', 'run directory')
    .argument('<run-b>', 'run directory')
    .addHelpText(
      'after',
      '\nExit codes: 0 no strategy is worse in B, 1 some is, 2 too few trials to tell, 3 a run is void.',
    )
    .action(async (a: string, b: string) => {
      const paths = [await requireRunDirectory(a), await requireRunDirectory(b)] as const;
      const { analyzeRun } = await import('../../analyze/analyze-run.ts');
      const { compareRuns } = await import('../../analyze/compare-runs.ts');
      const { comparisonText } = await import('../../report/comparison-text.ts');
      const comparison = compareRuns(await analyzeRun(paths[0]), await analyzeRun(paths[1]));
      process.stdout.write(comparisonText(comparison));
      process.exitCode = VERDICT_EXIT[comparison.verdict];
    });
}

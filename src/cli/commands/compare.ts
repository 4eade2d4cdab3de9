import { Command, InvalidArgumentError, Option } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import { historyOption } from '../history-option.ts';
import { requireRunDirectory } from '../require-run-directory.ts';
import { VERDICT_EXIT } from '../verdict-exit.ts';
import { print, printError } from '../print.ts';

interface Options {
  readonly margin?: number;
  readonly baseline?: 'history';
  readonly history: string;
}

export function compareCommand(): Command {
  return new Command('compare')
    .description(
      'hold run B against run A: another cluster, another version, last night; or a run against all before',
    )
    .argument('<run-a>', 'run directory')
    .argument('[run-b]', 'run directory; none with --baseline history')
    .addOption(
      new Option('--baseline <what>', 'hold the one run against all earlier runs of its kind').choices([
        'history',
      ]),
    )
    .addOption(historyOption())
    .addOption(
      new Option(
        '--margin <share>',
        'by how much the share of failing trials may rise and still be called not worse (default: 0.1)',
      ).argParser(share),
    )
    .addHelpText(
      'after',
      '\nExit codes: 0 no strategy is worse in B, 1 some is, 2 too few trials to tell, 3 a run is void.',
    )
    .action(async (a: string, b: string | undefined, options: Options) => {
      if ((b === undefined) !== (options.baseline === 'history')) throw needsOneBaseline();
      const { analyzeRun } = await import('../../analyze/analyze-run.ts');
      const { compareRuns, DEFAULT_MARGIN } = await import('../../analyze/run/compare-runs.ts');
      const { margin = DEFAULT_MARGIN } = options;
      const first = await analyzeRun(await requireRunDirectory(a));
      if (b === undefined) {
        const { compareWithPast } = await import('../../trend/compare-with-past.ts');
        const { pastComparisonText } = await import('../../trend/past-comparison-text.ts');
        const { readPastFolder } = await import('../../trend/past-folder.ts');
        const { unusedLines } = await import('../../trend/history-text.ts');
        const folder = await readPastFolder(options.history);
        for (const line of unusedLines(folder)) printError(`${line}\n`);
        const comparison = compareWithPast(folder.runs, first, margin);
        print(pastComparisonText(comparison));
        process.exitCode = VERDICT_EXIT[comparison.verdict];
        return;
      }
      const { comparisonText } = await import('../../report/comparison-text.ts');
      const comparison = compareRuns(first, await analyzeRun(await requireRunDirectory(b)), margin);
      print(comparisonText(comparison));
      process.exitCode = VERDICT_EXIT[comparison.verdict];
    });
}

function needsOneBaseline(): DrainbenchError {
  return new DrainbenchError({
    code: 'baseline-unclear',
    message: 'a run is held against one other run, or against the history',
    fix: 'drainbench compare RUN_A RUN_B; or: drainbench compare --baseline history RUN',
    exitCode: EXIT.usage,
  });
}

function share(value: string): number {
  const number = Number(value);
  if (value.trim() !== '' && number > 0 && number < 1) return number;
  throw new InvalidArgumentError(`"${value}" is not a share between 0 and 1`);
}

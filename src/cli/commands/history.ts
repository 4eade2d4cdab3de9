import { Command, Option } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { PastRun } from '../../model/past-run.ts';
import { historyOption } from '../history-option.ts';
import { print, printError } from '../print.ts';
import { requireRunDirectory } from '../require-run-directory.ts';
import { VERDICT_EXIT } from '../verdict-exit.ts';

interface Place {
  readonly history: string;
}

export function historyCommand(): Command {
  return new Command('history')
    .description(
      'what many runs show together: thresholds of one’s own, and since when a margin is another one',
    )
    .addCommand(addCommand())
    .addCommand(showCommand())
    .addCommand(gateCommand());
}

function addCommand(): Command {
  return new Command('add')
    .description('keep what a run showed, some 2 kB; the run directory is not needed any more')
    .argument('<run-directory...>', 'e.g. reports/latest')
    .addOption(historyOption())
    .action(async (directories: readonly string[], { history }: Place) => {
      const { addPastRun } = await import('../../trend/past-folder.ts');
      for (const directory of directories) {
        const run = await pastRun(directory);
        const isNew = await addPastRun(history, run);
        const what = isNew ? 'is kept' : 'was kept already, and is written again';
        print(`${run.scenario} ${run.runId} (${run.verdict}) ${what} in ${history}\n`);
      }
    });
}

function showCommand(): Command {
  return new Command('show')
    .description('every strategy and load over time')
    .addOption(historyOption())
    .addOption(new Option('--html <file>', 'also write a page with a small chart for each'))
    .action(async ({ history, html }: Place & { readonly html?: string }) => {
      const { readPastFolder } = await import('../../trend/past-folder.ts');
      const { historyText } = await import('../../trend/history-text.ts');
      const folder = await readPastFolder(history);
      print(historyText(folder));
      if (html === undefined) return;
      const { trendHtml } = await import('../../trend/trend-html.ts');
      const { writeFileAtomically } = await import('../../history/write-file-atomically.ts');
      await writeFileAtomically(html, trendHtml(folder));
      print(`page: ${html}\n`);
    });
}

function gateCommand(): Command {
  return new Command('gate')
    .description('hold a run against the runs before it; the run need not be in the history')
    .argument('<run-directory>', 'e.g. reports/latest')
    .addOption(historyOption())
    .addOption(
      new Option(
        '--fail-on <what>',
        'change: a margin that has become smaller; threshold: also a figure worse than 95 of 100 runs, as some are by chance',
      )
        .choices(['change', 'threshold'])
        .default('change'),
    )
    .addOption(new Option('--from <run-id>', 'leave out what was before this run: a change that is accepted'))
    .addHelpText(
      'after',
      '\nExit codes: 0 no margin has become smaller, 1 one has, 2 too few earlier runs to tell (fewer than 10), 3 the run is void.',
    )
    .action(async (directory: string, options: GateOptions) => {
      const { readPastFolder } = await import('../../trend/past-folder.ts');
      const { gateHistory } = await import('../../trend/gate-history.ts');
      const { gateText, unusedLines } = await import('../../trend/history-text.ts');
      const run = await pastRun(directory);
      const folder = await readPastFolder(options.history);
      for (const line of unusedLines(folder)) printError(`${line}\n`);
      const gate = gateHistory(since(folder.runs, options), run, options.failOn);
      print(gateText(gate));
      process.exitCode = VERDICT_EXIT[gate.verdict];
    });
}

interface GateOptions extends Place {
  readonly failOn: 'change' | 'threshold';
  readonly from?: string;
}

function since(runs: readonly PastRun[], { from, history }: GateOptions): readonly PastRun[] {
  if (from === undefined) return runs;
  const at = runs.findIndex(({ runId }) => runId === from);
  if (at >= 0) return runs.slice(at);
  throw new DrainbenchError({
    code: 'history-run-unknown',
    message: `${history} has no run ${from}`,
    fix: `name one of its files, without .json: ls ${history}`,
    exitCode: EXIT.usage,
  });
}

async function pastRun(directory: string): Promise<PastRun> {
  const { analyzeRun } = await import('../../analyze/analyze-run.ts');
  const { pastRunOf } = await import('../../trend/past-run-of.ts');
  return pastRunOf(await analyzeRun(await requireRunDirectory(directory)));
}

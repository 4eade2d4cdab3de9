import { Command } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { print } from '../print.ts';
import { requireRunDirectory } from '../require-run-directory.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('tell why one request failed, in ten lines')
    .argument('<run-directory>', 'e.g. reports/latest')
    .argument(
      '<request>',
      'TRIAL/LOAD-ID of a failed request (failures.csv), or LOAD-ID where that is unique; TRIAL.attempt1/LOAD-ID: of an attempt that does not count',
    )
    .action(async (directory: string, request: string) => {
      const path = await requireRunDirectory(directory);
      const { analyzeRun } = await import('../../analyze/analyze-run.ts');
      const { explainRequest } = await import('../../report/explain-request.ts');
      const { parseRequestName } = await import('../../report/parse-request-name.ts');
      const trial = parseRequestName(request)?.trial ?? null;
      try {
        // The trial that it names is all that has to be read.
        print(explainRequest(await analyzeRun(path, trial), request));
      } catch (error) {
        const isMissing = error instanceof DrainbenchError && error.code === 'request-not-found';
        if (trial === null || !isMissing) throw error;
        // What there is instead, the whole run tells.
        print(explainRequest(await analyzeRun(path), request));
      }
    });
}

import { realpath } from 'node:fs/promises';
import { Command } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';

export function explainCommand(): Command {
  return new Command('explain')
    .description('tell why one request failed, in ten lines')
    .argument('<run-directory>', 'e.g. reports/latest')
    .argument(
      '<request>',
      'TRIAL/LOAD-ID of a failed request (failures.csv), or LOAD-ID where that is unique',
    )
    .action(async (directory: string, request: string) => {
      const path = await realpath(directory).catch((cause: unknown) => {
        throw new DrainbenchError({
          code: 'run-directory-missing',
          message: `there is no run directory ${directory}`,
          fix: 'drainbench run scenarios/prestop-on-delete.yaml',
          exitCode: EXIT.usage,
          cause,
        });
      });
      const { analyzeRun } = await import('../../analyze/analyze-run.ts');
      const { explainRequest } = await import('../../report/explain-request.ts');
      const { parseRequestName } = await import('../../report/parse-request-name.ts');
      const trial = parseRequestName(request)?.trial ?? null;
      try {
        // The trial that it names is all that has to be read.
        process.stdout.write(explainRequest(await analyzeRun(path, trial), request));
      } catch (error) {
        const isMissing = error instanceof DrainbenchError && error.code === 'request-not-found';
        if (trial === null || !isMissing) throw error;
        // What there is instead, the whole run tells.
        process.stdout.write(explainRequest(await analyzeRun(path), request));
      }
    });
}

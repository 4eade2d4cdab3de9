import { realpath } from 'node:fs/promises';
import { Command } from 'commander';

import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';

export function reportCommand(): Command {
  return new Command('report')
    .description('make all artefacts of a run again from its directory, offline')
    .argument('<run-directory>', 'e.g. reports/latest')
    .action(async (directory: string) => {
      const path = await realpath(directory).catch((cause: unknown) => {
        throw new DrainbenchError({
          code: 'run-directory-missing',
          message: `there is no run directory ${directory}`,
          fix: 'drainbench run scenarios/prestop-on-delete.yaml',
          exitCode: EXIT.usage,
          cause,
        });
      });
      const { writeReports } = await import('../write-reports.ts');
      await writeReports(path, process.stdout);
    });
}

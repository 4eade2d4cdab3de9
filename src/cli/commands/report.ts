import { Command } from 'commander';

import { requireRunDirectory } from '../require-run-directory.ts';

export function reportCommand(): Command {
  return new Command('report')
    .description('make all artefacts of a run again from its directory, offline')
    .argument('<run-directory>', 'e.g. reports/latest')
    .action(async (directory: string) => {
      const path = await requireRunDirectory(directory);
      const { writeReports } = await import('../write-reports.ts');
      await writeReports(path);
    });
}

import { Command } from 'commander';

import { applyFixes } from '../../doctor/apply-fixes.ts';
import { diagnose } from '../../doctor/diagnose.ts';
import { planFixes } from '../../doctor/plan-fixes.ts';
import { renderDiagnosis } from '../../doctor/render-diagnosis.ts';
import { EXIT } from '../../model/exit-code.ts';
import { interruption } from '../interruption.ts';
import { printColoured, printError } from '../print.ts';

export function doctorCommand(): Command {
  return new Command('doctor')
    .description('what this machine can do, by trying it, and the commands that mend what it cannot')
    .option('--fix', 'run those commands (Debian and Ubuntu)')
    .option('--json', 'print the findings as JSON')
    .action(async (options: { fix?: true; json?: true }) => {
      const { signal } = interruption;
      let diagnosis = await diagnose({ signal });
      if (options.fix === true) {
        const plan = planFixes(diagnosis);
        const { failed } = await applyFixes(plan, { signal, onOutput: (text) => printError(text) });
        for (const fix of failed) printError(`FAILED (exit code ${fix.exitCode ?? '?'}): ${fix.command}\n`);
        if (plan.length > 0) diagnosis = await diagnose({ signal });
      }
      printColoured(
        options.json === true
          ? JSON.stringify(diagnosis, null, 2) + '\n'
          : renderDiagnosis(diagnosis, { colour: process.stdout.isTTY }),
      );
      if (!diagnosis.anyUsable) process.exitCode = EXIT.unavailable;
    });
}

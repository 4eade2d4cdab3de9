import { Command } from 'commander';

import { checkCommand } from './commands/check.ts';
import { cleanCommand } from './commands/clean.ts';
import { clusterCommand } from './commands/cluster.ts';
import { compareCommand } from './commands/compare.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { historyCommand } from './commands/history.ts';
import { rbacCommand } from './commands/rbac.ts';
import { imageCommand } from './commands/image.ts';
import { initCommand } from './commands/init.ts';
import { kindCommand } from './commands/kind.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { scorecardCommand } from './commands/scorecard.ts';
import { toolsCommand } from './commands/tools.ts';
import { tuneCommand } from './commands/tune.ts';
import { packageVersion } from './package-version.ts';

/** All commands. Each loads what it needs only when it runs. */
export function commandLine(): Command {
  const program = new Command('drainbench')
    .description(
      "What happens to your users' requests when a Kubernetes Pod goes away, and which preStop is enough.",
    )
    .version(packageVersion())
    .addCommand(checkCommand())
    .addCommand(initCommand())
    .addCommand(doctorCommand())
    .addCommand(toolsCommand())
    .addCommand(imageCommand())
    .addCommand(clusterCommand())
    .addCommand(kindCommand())
    .addCommand(runCommand())
    .addCommand(tuneCommand())
    .addCommand(reportCommand())
    .addCommand(rbacCommand())
    .addCommand(cleanCommand())
    .addCommand(explainCommand())
    .addCommand(compareCommand())
    .addCommand(scorecardCommand())
    .addCommand(historyCommand());
  for (const command of allCommands(program))
    command.exitOverride().showHelpAfterError('(--help shows the options)');
  return program;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

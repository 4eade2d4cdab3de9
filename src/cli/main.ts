import { Command, CommanderError } from 'commander';

import { EXIT } from '../model/exit-code.ts';
import { cleanCommand } from './commands/clean.ts';
import { clusterCommand } from './commands/cluster.ts';
import { compareCommand } from './commands/compare.ts';
import { doctorCommand } from './commands/doctor.ts';
import { explainCommand } from './commands/explain.ts';
import { rbacCommand } from './commands/rbac.ts';
import { kindCommand } from './commands/kind.ts';
import { reportCommand } from './commands/report.ts';
import { runCommand } from './commands/run.ts';
import { toolsCommand } from './commands/tools.ts';
import { interruption } from './interruption.ts';
import { packageVersion } from './package-version.ts';
import { renderError } from './render-error.ts';
import { renderInterruption } from './render-interruption.ts';

const program = new Command('drainbench')
  .description(
    "What happens to your users' requests when a Kubernetes Pod goes away, and which preStop is enough.",
  )
  .version(packageVersion())
  .exitOverride()
  .addCommand(doctorCommand())
  .addCommand(toolsCommand())
  .addCommand(clusterCommand())
  .addCommand(kindCommand())
  .addCommand(runCommand())
  .addCommand(reportCommand())
  .addCommand(rbacCommand())
  .addCommand(cleanCommand())
  .addCommand(explainCommand())
  .addCommand(compareCommand());
for (const command of allCommands(program))
  command.exitOverride().showHelpAfterError('(--help shows the options)');

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// Watches, agents and timers of a command that is over must not hold the process.
process.exit(process.exitCode ?? EXIT.pass);

function exitCodeOf(error: unknown): number {
  // Commander has already printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const { text, exitCode } = interruption.signal.aborted ? renderInterruption(error) : renderError(error);
  process.stderr.write(text);
  return exitCode;
}

function allCommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(allCommands)];
}

import { setImmediate as nextTurn } from 'node:timers/promises';
import { CommanderError, type Command } from 'commander';

import { EXIT } from '../model/exit-code.ts';
import { interruption } from './interruption.ts';
import { surviveBrokenOutput, outputFailure } from './broken-output.ts';
import { renderError } from './render-error.ts';
import { renderInterruption } from './render-interruption.ts';
import { printError } from './print.ts';

/**
 * Runs the command that the arguments of this process name, and ends the process with its exit code.
 *
 * @param load Called once signals and errors are provided for: a program that cannot be loaded must not end as a
 *   verdict.
 */
export async function runCommandLine(load: () => Promise<Command>): Promise<never> {
  surviveBrokenOutput();
  let exitCode: number;
  try {
    await (await load()).parseAsync();
    exitCode = Number(process.exitCode ?? EXIT.pass);
  } catch (error) {
    exitCode = exitCodeOf(error);
  }
  if (interruption.isOurFault()) exitCode = EXIT.internal;
  await nextTurn(); // until a stream tells of its last write
  // Watches, agents and timers of a command that is over must not hold the process.
  process.exit(lostOutput(exitCode));
}

function exitCodeOf(error: unknown): number {
  // Commander has already printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.pass : EXIT.usage;
  const { text, exitCode } = interruption.signal.aborted ? renderInterruption(error) : renderError(error);
  printError(text);
  return exitCode;
}

/** What a command printed may be its whole result: it has not succeeded if that did not arrive. */
function lostOutput(exitCode: number): number {
  const failure = outputFailure();
  if (failure === null) return exitCode;
  printError(`drainbench: what it printed was not written: ${failure.message}\n`);
  return exitCode === EXIT.pass ? EXIT.unavailable : exitCode;
}

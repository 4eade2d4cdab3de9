import { EXIT } from '../model/exit-code.ts';
import { renderError } from './render-error.ts';
import { printError } from './print.ts';

/** So long a clean-up after an error of ours may take: what it waits for may be what broke. */
const CLEAN_UP_WITHIN_MS = 300_000;

const controller = new AbortController();
let advice = 'drainbench cluster list';
let handedOver = false;
let broken = false;

/** Aborted by the first Ctrl-C (or SIGTERM, SIGHUP); commands then clean up and end with 130. */
export const interruption = {
  signal: controller.signal,
  /** What a second Ctrl-C prints: the one command that cleans up what is left then. */
  adviseCleanUp(command: string): void {
    advice = command;
  },
  /** From here on the terminal belongs to a command we started: Ctrl-C reaches it by itself and is its business. */
  handOver(): void {
    handedOver = true;
  },
  /** True when it was no signal but an error that nobody caught; the command ends with 70, whatever its result. */
  isOurFault: () => broken,
};

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (handedOver) return;
    if (controller.signal.aborted) {
      // The kernel and the shell each send one when a terminal goes: nobody asked twice.
      if (name !== 'SIGHUP') stopAtOnce(broken ? EXIT.internal : EXIT.interrupted);
      return;
    }
    printError('\ndrainbench: interrupted, cleaning up (again to stop at once) …\n');
    controller.abort();
  });
}

// Rejections that nobody handles come here, too.
process.on('uncaughtException', (error: unknown) => {
  // A wait that was called off, and that nobody waits for any more.
  if (controller.signal.aborted && error instanceof Error && error.name === 'AbortError') return;
  printError(`\n${renderError(error).text}`);
  if (broken) return;
  broken = true;
  printError('drainbench: cleaning up (Ctrl-C to stop at once) …\n');
  controller.abort();
  setTimeout(() => stopAtOnce(EXIT.internal), CLEAN_UP_WITHIN_MS).unref();
});

// 13 is Node's for a command that waits for what can come no more; and a 1 would mean that the verdict is "fail".
process.on('exit', (code) => {
  if (code !== UNSETTLED && !broken) return;
  process.exitCode = EXIT.internal;
  if (code === UNSETTLED) sayUnfinished();
});

const UNSETTLED = 13;

function stopAtOnce(exitCode: number): never {
  sayUnfinished();
  process.exit(exitCode);
}

function sayUnfinished(): void {
  printError(`\ndrainbench: stopped before the clean-up was done. Clean up with: ${advice}\n`);
}

import { EXIT } from '../model/exit-code.ts';

const controller = new AbortController();
let advice = 'drainbench cluster list';
let handedOver = false;

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
};

for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(name, () => {
    if (handedOver) return;
    if (controller.signal.aborted) {
      process.stderr.write(`\ndrainbench: stopped before the clean-up was done. Clean up with: ${advice}\n`);
      process.exit(EXIT.interrupted);
    }
    process.stderr.write('\ndrainbench: interrupted, cleaning up (again to stop at once) …\n');
    controller.abort();
  });
}

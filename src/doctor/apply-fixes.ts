import { execa } from 'execa';

export interface ApplyFixesOptions {
  /** Called with each piece of output as it comes, and with `$ command` before each command. */
  readonly onOutput?: (text: string) => void;
  /** Stops the command under way and starts no other; the promise rejects with its reason. */
  readonly signal?: AbortSignal;
}

interface AppliedFix {
  readonly command: string;
  /** null: ended by a signal, or never started. */
  readonly exitCode: number | null;
  /** stdout and stderr as they came. */
  readonly output: string;
  readonly tookMs: number;
}

export interface FixReport {
  /** Every command that was run, in order. */
  readonly ran: readonly AppliedFix[];
  /** Those of them that failed. */
  readonly failed: readonly AppliedFix[];
}

/**
 * Runs what `planFixes` planned, one after the other, each in `sh`. One that fails is reported and does not stop
 * the rest: they do not depend on each other, and old package lists often still do.
 */
export async function applyFixes(
  plan: readonly string[],
  options: ApplyFixesOptions = {},
): Promise<FixReport> {
  const ran: AppliedFix[] = [];
  for (const command of plan) {
    options.signal?.throwIfAborted();
    ran.push(await applyFix(command, options));
  }
  return { ran, failed: ran.filter((fix) => fix.exitCode !== 0) };
}

async function applyFix(command: string, { onOutput, signal }: ApplyFixesOptions): Promise<AppliedFix> {
  const started = performance.now();
  onOutput?.(`$ ${command}\n`);
  // Not detached: sudo asks for its password on the terminal.
  const child = execa('sh', ['-c', command], {
    env: { DEBIAN_FRONTEND: 'noninteractive' },
    stdin: 'inherit',
    all: true,
    reject: false,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
  });
  child.all.on('data', (chunk: Buffer) => onOutput?.(chunk.toString()));
  const result = await child;
  signal?.throwIfAborted();
  return {
    command,
    exitCode: result.exitCode ?? null,
    output: result.all,
    tookMs: Math.round(performance.now() - started),
  };
}

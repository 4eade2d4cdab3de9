import type { CheckStatus, DiagnosisHost, DriverName, Fix } from '../model/diagnosis.ts';
import type { CommandOptions, CommandOutcome } from './run-command.ts';

/** One need of one or more drivers, found out by trying it. Each lives in its own file under checks/. */
export interface Check {
  /** Stable, kebab-case, named like its file. */
  readonly id: string;
  readonly title: string;
  readonly drivers: readonly DriverName[];
  /** What counts as good, in one line. */
  readonly expected: string;
  /** How bad it is when the check itself breaks or hangs. */
  readonly weight: 'required' | 'wanted' | 'optional';
  /** Without these it is not tried, and says so; other checks report what is missing and how to mend it. */
  readonly needs?: {
    readonly linux?: true;
    readonly root?: true;
    readonly commands?: readonly string[];
  };
  /** Tries it. Leaves nothing behind, also when `context.signal` aborts half-way. */
  readonly run: (context: CheckContext) => Promise<Finding> | Finding;
}

export interface Finding {
  readonly status: CheckStatus;
  readonly found: string;
  /** Only where it differs from the check's own. */
  readonly expected?: string;
  readonly fix?: Fix | null;
}

export interface CheckContext {
  readonly env: NodeJS.ProcessEnv;
  readonly host: DiagnosisHost;
  /** Where boxes keep their state; need not exist yet. */
  readonly stateDir: string;
  /** Where built binaries are kept; need not exist yet. */
  readonly cacheDir: string;
  /** Everything that a box runs is in the cache already: nothing need be compiled. */
  readonly toolsBuilt: Promise<boolean>;
  /** Aborts at the check's deadline, or when the user interrupts. */
  readonly signal: AbortSignal;
  /** Runs a command in `env`. Throws only when `signal` aborts. */
  readonly run: (file: string, args: readonly string[], options?: CommandOptions) => Promise<CommandOutcome>;
}

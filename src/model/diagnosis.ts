/** The three ways to get a cluster (scenario: `cluster.driver`, without `auto`). */
export const DRIVER_NAMES = ['embedded', 'kind', 'existing'] as const;

export type DriverName = (typeof DRIVER_NAMES)[number];

/**
 * - `ok`: as needed.
 * - `info`: a fact worth knowing; nothing breaks unless the feature named is asked for.
 * - `warn`: works, but something that is normally used will not, or figures will be worse.
 * - `fail`: the driver cannot be used.
 * - `skipped`: not tried; `found` says why. Another check carries the failure and its fix.
 */
export type CheckStatus = 'ok' | 'info' | 'warn' | 'fail' | 'skipped';

export interface Fix {
  /** Ready to paste into a shell; null where no command mends it (a kernel built without a feature). */
  readonly command: string | null;
  /** What to do, in words, where the command alone does not say it. */
  readonly advice?: string;
  /** True: `drainbench doctor --fix` may run it (only on Debian and Ubuntu for packages). */
  readonly automatic: boolean;
  /** Debian names of the packages that `command` installs. */
  readonly packages?: readonly string[];
}

export interface CheckResult {
  /** Stable, kebab-case, e.g. `cgroups`. */
  readonly id: string;
  readonly title: string;
  readonly status: CheckStatus;
  /** What was found on this machine, with figures. */
  readonly found: string;
  readonly expected: string;
  readonly fix: Fix | null;
  /** Milliseconds, one decimal. */
  readonly tookMs: number;
}

export interface DriverDiagnosis {
  readonly driver: DriverName;
  /** No check of this driver failed. */
  readonly usable: boolean;
  readonly checks: readonly CheckResult[];
}

export interface DiagnosisHost {
  /** `process.platform`, e.g. `linux`. */
  readonly platform: string;
  /** `process.arch`, e.g. `x64`. */
  readonly arch: string;
  readonly kernelRelease: string;
  /** Effective user id; null where the platform has none. */
  readonly uid: number | null;
  /** From /etc/os-release; null where there is none. */
  readonly distribution: { readonly name: string; readonly debianLike: boolean } | null;
  readonly sudo: boolean;
  /** Modules for the running kernel are installed, so that `modprobe` can help. */
  readonly kernelModules: boolean;
  /** Age of apt's package lists in hours; null: none there, or no apt. */
  readonly aptListsAgeHours: number | null;
}

/** What `drainbench doctor --json` prints. */
export interface Diagnosis {
  readonly schemaVersion: 1;
  readonly host: DiagnosisHost;
  readonly drivers: readonly DriverDiagnosis[];
  /** At least one of the drivers looked at can run. */
  readonly anyUsable: boolean;
  readonly tookMs: number;
}

import { homedir } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { DRIVER_NAMES, type CheckResult, type Diagnosis, type DriverName } from '../model/diagnosis.ts';
import { cacheRoot } from '../model/cache-root.ts';
import { ALL_CHECKS } from './all-checks.ts';
import { areToolsBuilt } from './are-tools-built.ts';
import type { Check, CheckContext, Finding } from './check.ts';
import { findOnPath } from './find-on-path.ts';
import { readHost } from './read-host.ts';
import { runCommand } from './run-command.ts';

export interface DiagnoseOptions {
  /** Which drivers to look at. Default: all. */
  readonly drivers?: readonly DriverName[];
  /** Aborting stops every try, waits until each has cleaned up, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Default: `process.env`. Commands are looked up on its PATH. */
  readonly env?: NodeJS.ProcessEnv;
  /** Longest time for one check, in milliseconds. Default: 5000. */
  readonly checkTimeoutMs?: number;
}

type SharedContext = Omit<CheckContext, 'signal' | 'run'>;

const CHECK_TIMEOUT_MS = 5000;
const STATUS_WHEN_BROKEN = { required: 'fail', wanted: 'warn', optional: 'info' } as const;

/**
 * Finds out by trying which cluster drivers can run on this machine. Checks run side by side, each once even
 * when several drivers share it, and leave nothing behind. A check that fails, breaks or hangs is a result;
 * only an aborted `signal` rejects.
 */
export async function diagnose(options: DiagnoseOptions = {}): Promise<Diagnosis> {
  const started = performance.now();
  const env = options.env ?? process.env;
  const drivers = options.drivers ?? DRIVER_NAMES;
  const cacheDir = cacheRoot(env, homedir());
  const shared: SharedContext = {
    env,
    host: readHost(env),
    stateDir: env['DRAINBENCH_STATE_DIR'] ?? '/var/lib/drainbench',
    cacheDir,
    toolsBuilt: areToolsBuilt(cacheDir),
  };
  const results = new Map<string, CheckResult>();
  await Promise.all(
    ALL_CHECKS.filter((check) => check.drivers.some((driver) => drivers.includes(driver))).map(
      async (check) => {
        results.set(check.id, await runCheck(check, options, shared));
      },
    ),
  );
  options.signal?.throwIfAborted();

  const diagnoses = drivers.map((driver) => {
    const checks = ALL_CHECKS.filter((check) => check.drivers.includes(driver)).flatMap(
      (check) => results.get(check.id) ?? [],
    );
    return { driver, usable: checks.every((check) => check.status !== 'fail'), checks };
  });
  return {
    schemaVersion: 1,
    host: shared.host,
    drivers: diagnoses,
    anyUsable: diagnoses.some((diagnosis) => diagnosis.usable),
    tookMs: roundedMs(performance.now() - started),
  };
}

async function runCheck(check: Check, options: DiagnoseOptions, shared: SharedContext): Promise<CheckResult> {
  // In a turn of its own, so that the time a check took is not that of starting all the others.
  await nextTurn();
  const started = performance.now();
  const finding = notTried(check, shared) ?? (await tryCheck(check, options, shared));
  return {
    id: check.id,
    title: check.title,
    status: finding.status,
    found: finding.found,
    expected: finding.expected ?? check.expected,
    fix: finding.fix ?? null,
    tookMs: roundedMs(performance.now() - started),
  };
}

function notTried(check: Check, { env, host }: SharedContext): Finding | null {
  const skipped = (why: string): Finding => ({ status: 'skipped', found: `not tried: ${why}` });
  if (check.needs?.linux === true && host.platform !== 'linux') return skipped('needs Linux');
  if (check.needs?.root === true && host.uid !== 0) return skipped('needs root');
  const missing = (check.needs?.commands ?? []).filter(
    (command) => findOnPath(command, env['PATH']) === null,
  );
  return missing.length > 0 ? skipped(`no ${missing.join(', ')} on the PATH`) : null;
}

async function tryCheck(check: Check, options: DiagnoseOptions, shared: SharedContext): Promise<Finding> {
  const timeoutMs = options.checkTimeoutMs ?? CHECK_TIMEOUT_MS;
  const deadline = AbortSignal.timeout(timeoutMs);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([deadline, options.signal]);
  const context: CheckContext = {
    ...shared,
    signal,
    run: (file, args, commandOptions) => runCommand(file, args, shared.env, signal, commandOptions),
  };
  try {
    return await check.run(context);
  } catch (error) {
    const why = deadline.aborted
      ? `no answer within ${timeoutMs} ms`
      : `the check broke: ${error instanceof Error ? error.message : String(error)}`;
    return { status: STATUS_WHEN_BROKEN[check.weight], found: why };
  }
}

function roundedMs(ms: number): number {
  return Math.round(ms * 10) / 10;
}

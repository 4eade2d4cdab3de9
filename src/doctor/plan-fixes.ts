import type { CheckResult, Diagnosis } from '../model/diagnosis.ts';
import { aptInstall, asRoot } from './install-fix.ts';

/** apt's lists older than this name package versions that the mirror may no longer have. */
const OLD_LISTS_HOURS = 7 * 24;

/**
 * The exact commands that mend what can be mended without asking: one apt-get for all missing packages (with an
 * update before it when apt's lists are old or absent), then sysctl, mount and modprobe commands, each once.
 * Empty when nothing can be. Packages only on Debian and its kin; elsewhere each check's fix names them.
 */
export function planFixes(diagnosis: Diagnosis): string[] {
  const { host } = diagnosis;
  const mendable = diagnosis.drivers.flatMap((driver) => driver.checks).filter(isMendable);
  const packages = new Set(mendable.flatMap((check) => check.fix?.packages ?? []));
  const commands: string[] = [];
  if (packages.size > 0) {
    if (host.aptListsAgeHours === null || host.aptListsAgeHours > OLD_LISTS_HOURS) {
      commands.push(`${asRoot(host)}apt-get update`);
    }
    commands.push(aptInstall(host, [...packages].sort()));
  }
  for (const { fix } of mendable) {
    if (fix?.packages === undefined && fix?.command) commands.push(fix.command);
  }
  return [...new Set(commands)];
}

function isMendable(check: CheckResult): boolean {
  return (check.status === 'warn' || check.status === 'fail') && check.fix?.automatic === true;
}

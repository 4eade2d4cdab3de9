import type { DiagnosisHost, Fix } from '../model/diagnosis.ts';

/**
 * The fix for missing software. `packages` are Debian names; on another distribution they are only named,
 * because the same thing has other names there.
 */
export function installFix(host: DiagnosisHost, packages: readonly string[], automatic = true): Fix {
  if (host.distribution?.debianLike === true) {
    return { command: aptInstall(host, packages), automatic, packages };
  }
  return {
    command: null,
    advice: `install what Debian calls ${packages.join(', ')}`,
    automatic: false,
    packages,
  };
}

/** One apt-get command that asks nothing; under sudo when the user is not root. */
export function aptInstall(host: DiagnosisHost, packages: readonly string[]): string {
  return `${asRoot(host)}env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** `sudo ` when the user is not root and sudo is there, else nothing. */
export function asRoot(host: DiagnosisHost): string {
  return host.uid !== 0 && host.sudo ? 'sudo ' : '';
}

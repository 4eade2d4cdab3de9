import type { Check } from '../check.ts';
import { findOnPath } from '../find-on-path.ts';
import { installFix } from '../install-fix.ts';

/** Command → the Debian package that brings it. */
const REQUIRED: Readonly<Record<string, string>> = {
  ip: 'iproute2',
  nsenter: 'util-linux',
  unshare: 'util-linux',
  mount: 'mount',
  umount: 'mount',
  hostname: 'hostname',
  find: 'findutils',
  nft: 'nftables',
  conntrack: 'conntrack',
};
const WANTED: Readonly<Record<string, string>> = { iptables: 'iptables', git: 'git' };
const SYSTEM_FOLDERS = '/usr/sbin:/sbin';

export const commandsCheck: Check = {
  id: 'commands',
  title: 'commands',
  drivers: ['embedded'],
  expected: `${Object.keys(REQUIRED).join(', ')}; for more: ${Object.keys(WANTED).join(', ')}`,
  weight: 'required',
  needs: { linux: true },
  run({ env, host }) {
    const missingOf = (table: object): string[] =>
      Object.keys(table).filter((command) => findOnPath(command, env['PATH']) === null);
    const required = missingOf(REQUIRED);
    const missing = [...required, ...missingOf(WANTED)];
    if (missing.length === 0) return { status: 'ok', found: 'all of them' };

    const status = required.length > 0 ? 'fail' : 'warn';
    const found = `not on the PATH: ${missing.join(', ')}`;
    if (missing.every((command) => findOnPath(command, SYSTEM_FOLDERS) !== null)) {
      const command = `export PATH="$PATH:${SYSTEM_FOLDERS}"`;
      return { status, found: `${found}; they are in ${SYSTEM_FOLDERS}`, fix: { command, automatic: false } };
    }
    const packages = missing.flatMap((command) => REQUIRED[command] ?? WANTED[command] ?? []);
    return { status, found, fix: installFix(host, [...new Set(packages)]) };
  },
};

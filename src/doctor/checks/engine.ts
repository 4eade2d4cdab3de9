import { existsSync } from 'node:fs';

import type { Check, CheckContext, Finding } from '../check.ts';
import { findEngine, type EngineCommand } from '../find-engine.ts';
import { asRoot, installFix } from '../install-fix.ts';

/** Fields of `docker info` and of `podman info`, one per line: version, cgroup version. */
const FORMATS = {
  docker: '{{.ServerVersion}}\n{{.CgroupVersion}}',
  podman: '{{.Version.Version}}\n{{.Host.CgroupsVersion}}',
} as const;

export const engineCheck: Check = {
  id: 'engine',
  title: 'container engine',
  drivers: ['kind'],
  expected: 'docker or podman is installed, and its engine answers',
  weight: 'required',
  async run(context) {
    const engine = await findEngine(context);
    if (engine === null) {
      // A daemon that changes the machine's firewall is not installed unasked.
      return {
        status: 'fail',
        found: 'no docker or podman',
        fix: installFix(context.host, ['docker.io'], false),
      };
    }
    const info = await context.run(engine, ['info', '--format', FORMATS[engine]]);
    const [version, cgroupVersion] = info.stdout.trim().split('\n');
    // docker exits 0 with an empty server part in some versions when its engine is down.
    if (info.ok && version !== undefined && version !== '') {
      return { status: 'ok', found: `${engine} ${version}, cgroup ${cgroupVersion ?? 'version unknown'}` };
    }
    return notAnswering(context, engine, info.reason);
  },
};

function notAnswering(context: CheckContext, engine: EngineCommand, reason: string): Finding {
  const found = `${engine} is installed, but: ${reason}`;
  if (/permission denied/i.test(reason)) {
    const advice = 'then log in again, or run drainbench as root';
    const command = `${asRoot(context.host)}usermod -aG docker "$USER"`;
    return { status: 'fail', found, fix: { command, advice, automatic: false } };
  }
  if (engine === 'podman') return { status: 'fail', found };
  const start = existsSync('/run/systemd/system') ? 'systemctl start docker' : 'service docker start';
  return { status: 'fail', found, fix: { command: `${asRoot(context.host)}${start}`, automatic: false } };
}

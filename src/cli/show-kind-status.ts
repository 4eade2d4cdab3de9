import { kindMemory, kindStatus } from '../cluster/kind/kind-status.ts';
import type { KindRecord } from '../cluster/kind/kind-record.ts';
import { EXIT } from '../model/exit-code.ts';
import { print } from './print.ts';

/** Prints what runs of a kind cluster; exit code 69 when not all of it does. */
export async function showKindStatus(record: KindRecord): Promise<void> {
  const { phase, nodes } = await kindStatus(record);
  const memory = phase === 'running' ? await kindMemory(record) : new Map<string, number>();
  const mebibytes = (name: string) => Math.round((memory.get(name) ?? 0) / 2 ** 20);
  print(
    [
      `${record.name}: ${phase}, Kubernetes ${record.kubernetesVersion}, kube-proxy ${record.proxyMode}, kind on ${record.engine.command}`,
      `node image  ${record.nodeImage}`,
      ...nodes.map(({ name, role, address, pid }) =>
        pid === 0
          ? `NOT RUNNING: ${name} (${record.engine.command} start ${name})`
          : `${name}  ${role}  ${address}  ${mebibytes(name)} MiB`,
      ),
      '',
    ].join('\n'),
  );
  if (phase !== 'running') process.exitCode = EXIT.unavailable;
}

import { askEngine } from './engine-command.ts';
import { listOwnNodes, type KindNode } from './kind-nodes.ts';
import type { KindRecord } from './kind-record.ts';

export interface KindStatus {
  /** `unknown`: its engine does not answer. */
  readonly phase: 'starting' | 'running' | 'stopped' | 'gone' | 'unknown';
  readonly nodes: readonly KindNode[];
}

/** What runs of a kind cluster of ours right now; an engine that does not answer is no error. */
export async function kindStatus(record: KindRecord): Promise<KindStatus> {
  try {
    const nodes = await listOwnNodes(record);
    if (nodes.length === 0) return { phase: record.phase === 'starting' ? 'starting' : 'gone', nodes };
    return { phase: nodes.every(({ pid }) => pid > 0) ? record.phase : 'stopped', nodes };
  } catch {
    return { phase: 'unknown', nodes: [] };
  }
}

/** Memory of each node container as the engine counts it (anonymous memory and hot page cache), by name; in bytes. */
export async function kindMemory(record: KindRecord): Promise<ReadonlyMap<string, number>> {
  const { nodes } = await kindStatus(record);
  if (nodes.length === 0) return new Map();
  const ids = nodes.map(({ containerId }) => containerId);
  const stats = ['stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...ids];
  const lines = (await askEngine(record.engine, stats)).split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [name = '', used = ''] = line.split(' ');
      return [name, toBytes(used)] as const;
    }),
  );
}

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KiB: 2 ** 10,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
};

function toBytes(text: string): number {
  const [, number = '0', unit = 'B'] = /^([\d.]+)(\w+)$/.exec(text) ?? [];
  return Number(number) * (UNITS[unit] ?? NaN);
}

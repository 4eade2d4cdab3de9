import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

import { stateDirectory } from '../embedded/state-directory.ts';
import { AUDIT_LOG } from './kind-config.ts';

/** Where the files about a kind cluster of ours are. */
export interface KindPaths {
  readonly root: string;
  readonly record: string;
  readonly kubeconfig: string;
  readonly config: string;
  readonly auditPolicy: string;
  readonly auditFolder: string;
  readonly auditLog: string;
}

export function kindPaths(name: string): KindPaths {
  const root = join(kindDirectory(), name);
  return {
    root,
    record: join(root, 'kind.json'),
    kubeconfig: join(root, 'kubeconfig'),
    config: join(root, 'kind-config.yaml'),
    auditPolicy: join(root, 'audit-policy.yaml'),
    auditFolder: join(root, 'audit'),
    auditLog: join(root, 'audit', AUDIT_LOG),
  };
}

/** Beside the boxes for root; kind needs no root, and then it is a folder of the user's own. */
export function kindDirectory(): string {
  return join(ownStateDirectory(), 'kind');
}

/** Logs of clusters that failed, kept after everything else of them is gone. */
export function kindFailuresDirectory(): string {
  return join(ownStateDirectory(), 'failed');
}

function ownStateDirectory(): string {
  if (process.env['DRAINBENCH_STATE_DIR'] !== undefined) return stateDirectory();
  if (process.platform === 'linux' && process.geteuid?.() === 0) return stateDirectory();
  const configured = process.env['XDG_STATE_HOME'];
  const base =
    configured !== undefined && isAbsolute(configured) ? configured : join(homedir(), '.local/state');
  return join(base, 'drainbench');
}

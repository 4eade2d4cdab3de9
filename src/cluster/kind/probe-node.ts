import { DrainbenchError } from '../../model/drainbench-error.ts';
import { askEngine, type EngineAccess } from './engine-command.ts';
import { BOOT_ID } from './own-boot-id.ts';

export interface ProbedNode {
  /** Of the node image. */
  readonly kubernetesVersion: string;
  /** Of the kernel that the engine's containers run on. */
  readonly bootId: string;
}

const VERSION = '/kind/version';

/**
 * Runs one container of the very image, with the very rights, that the nodes will have: an engine that cannot start it
 * says why within a second. Throws `engine-not-privileged` or `node-image-unusable`.
 */
export async function probeNode(
  engine: EngineAccess,
  image: string,
  signal: AbortSignal,
): Promise<ProbedNode> {
  const name = `drainbench-probe-${process.pid}`;
  const run = ['run', '--rm', '--privileged', '--network', 'none', '--name', name, '--entrypoint', 'cat'];
  try {
    // In this order: only the first surely ends its line.
    const answer = await askEngine(engine, [...run, image, BOOT_ID, VERSION], signal);
    const [bootId = '', kubernetesVersion = ''] = answer.trim().split('\n');
    return { bootId, kubernetesVersion };
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    const said = error.detail ?? '';
    throw said.includes(VERSION) || /executable file not found/.test(said)
      ? unusable(image, error)
      : notPrivileged(said, error);
  } finally {
    // Interrupted half-way, the client is gone but its container is not.
    if (signal.aborted) await askEngine(engine, ['rm', '--force', name]).catch(() => undefined);
  }
}

function unusable(image: string, cause: DrainbenchError): DrainbenchError {
  return new DrainbenchError({
    code: 'node-image-unusable',
    message: `${image} is not a node image of kind: it has no ${VERSION}`,
    fix: 'kindest/node:TAG, or the image of drainbench kind build-node-image',
    cause,
  });
}

function notPrivileged(said: string, cause: DrainbenchError): DrainbenchError {
  return new DrainbenchError({
    code: 'engine-not-privileged',
    message: "kind's nodes are privileged containers, and the engine cannot start one",
    found: said.split('\n').at(0) ?? '',
    ...(cause.command === undefined ? {} : { command: cause.command }),
    fix: /apply caps|operation not permitted/i.test(said)
      ? 'this machine withholds a capability that the engine wants to give: use a newer engine, or a machine that has them all'
      : 'an engine that runs as root, or a rootless one that is set up for kind; see also: drainbench doctor',
    cause,
  });
}

import { readBox } from '../../cluster/embedded/box-store.ts';
import { requireEngine } from '../../cluster/kind/engine.ts';
import { readKind } from '../../cluster/kind/kind-store.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { Scenario } from '../../model/scenario.ts';

type Driver = Exclude<Scenario['spec']['cluster']['driver'], 'auto'>;

/**
 * What `auto` means here: the driver of the named cluster, if one is named; else embedded on Linux as root, which needs
 * no engine, is up sooner and shows most; else kind where a container engine answers. Throws `no-driver`.
 */
export async function chooseDriver(
  asked: Driver | 'auto',
  existingName: string | null,
  signal: AbortSignal,
): Promise<Driver> {
  if (asked !== 'auto') return asked;
  const embeddable = process.platform === 'linux' && process.geteuid?.() === 0;
  if (existingName !== null) {
    if (embeddable && (await readBox(existingName)) !== null) return 'embedded';
    if ((await readKind(existingName)) !== null) return 'kind';
  }
  if (embeddable) return 'embedded';
  try {
    await requireEngine(signal);
    return 'kind';
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    throw new DrainbenchError({
      code: 'no-driver',
      message: 'no cluster can be made here: not Linux as root, and no container engine',
      found: error.found ?? error.message,
      fix: `start Docker, or run as root on Linux: sudo ${['npx', 'drainbench', ...process.argv.slice(2)].join(' ')}`,
      cause: error,
    });
  }
}

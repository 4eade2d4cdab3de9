import { DrainbenchError } from '../model/drainbench-error.ts';
import type { OpenCluster, OpenClusterOptions } from './cluster-opening.ts';
import { openEmbedded } from './open-embedded.ts';
import { openExisting } from './open-existing.ts';

/** Gets the cluster that a scenario asks for. One file a driver: `open-embedded.ts` … */
export async function openCluster(options: OpenClusterOptions): Promise<OpenCluster> {
  const { driver } = options.spec;
  if (driver === 'existing') return openExisting(options);
  if (driver === 'kind') {
    throw new DrainbenchError({
      code: 'driver-not-available',
      message: `cluster.driver: ${driver} is not part of this version`,
      expected: 'auto, embedded or existing',
      fix: 'set spec.cluster.driver to embedded in the scenario',
    });
  }
  return openEmbedded(options);
}

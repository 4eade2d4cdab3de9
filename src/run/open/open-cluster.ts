import { chooseDriver } from './choose-driver.ts';
import type { OpenCluster, OpenClusterOptions } from './cluster-opening.ts';
import { openEmbedded } from './open-embedded.ts';
import { openExisting } from './open-existing.ts';
import { openKindCluster } from './open-kind.ts';

/** Gets the cluster that a scenario asks for. One file a driver: `open-embedded.ts` … */
export async function openCluster(options: OpenClusterOptions): Promise<OpenCluster> {
  switch (await chooseDriver(options.spec.driver, options.existingName, options.signal)) {
    case 'existing':
      return openExisting(options);
    case 'kind':
      return openKindCluster(options);
    case 'embedded':
      return openEmbedded(options);
  }
}

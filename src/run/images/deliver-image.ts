import type { ProbedCluster } from '../../cluster/existing/probe-capabilities.ts';
import { inspectImageArchive } from '../../image/inspect-image-archive.ts';
import { normalizeReference } from '../../image/normalize-reference.ts';
import { DrainbenchError } from '../../model/drainbench-error.ts';
import type { Scenario } from '../../model/scenario.ts';
import { buildTools } from '../../tools/build-tools.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';
import type { KubeObject } from '../../workload/kube-object.ts';
import { appImageArchives } from './app-image.ts';
import type { OpenCluster } from '../open/cluster-opening.ts';
import { pushImage } from './push-image.ts';

/** A kubelet names this many images of its node at most, the largest first (its nodeStatusMaxImages). */
const NAMED_IMAGES = 50;

export interface Delivery {
  readonly opened: OpenCluster;
  /** Where images are pushed to on a cluster that is not ours; `undefined`: nowhere. */
  readonly registry: string | undefined;
  readonly signal: AbortSignal;
  readonly onToolProgress: (progress: ToolProgress) => void;
}

/** Full name of an image → the name that the nodes pull it by, where that is another. */
export type DeliveredImages = ReadonlyMap<string, string>;

/**
 * Gets the app's images to where the nodes find it, before anything is created. A cluster that is not ours takes no
 * archives: there a registry gets the image, or the nodes must have it already.
 *
 * @throws DrainbenchError `image-not-deliverable`, `image-not-pushed`.
 */
export async function deliverImage(
  scenario: Scenario,
  scenarioFile: string | null,
  objects: readonly KubeObject[],
  delivery: Delivery,
): Promise<DeliveredImages> {
  const delivered = new Map<string, string>();
  for (const archive of await appImageArchives(scenario, scenarioFile, objects, delivery.signal)) {
    for (const [name, pushed] of await deliverArchive(archive, delivery)) delivered.set(name, pushed);
  }
  return delivered;
}

/** The same for any archive with images. */
export async function deliverArchive(path: string, delivery: Delivery): Promise<DeliveredImages> {
  const { opened, registry, signal, onToolProgress } = delivery;
  const { cluster, existing } = opened;
  if (existing === undefined) {
    await cluster.loadImage(path, signal);
    return new Map();
  }
  const archive = await inspectImageArchive(path);
  const references = archive.images.flatMap((image) => image.references);
  if (registry === undefined) {
    for (const reference of references) requireOnNodes(reference, existing.probed);
    return new Map();
  }
  const { crane } = await buildTools({ names: ['crane'], signal, onProgress: onToolProgress });
  const pushed = await pushImage(archive, registry, crane, signal);
  return new Map(references.map((reference) => [normalizeReference(reference), pushed]));
}

function requireOnNodes(reference: string, { images }: ProbedCluster): void {
  const lacking = [...images]
    .filter(([, names]) => names.length < NAMED_IMAGES)
    .filter(([, names]) => !names.some((name) => normalizeReference(name) === normalizeReference(reference)))
    .map(([node]) => node);
  if (lacking.length === 0) return;
  throw new DrainbenchError({
    code: 'image-not-deliverable',
    message: `the image ${reference} is not on the cluster's nodes, and no registry has it`,
    expected: 'the image on every Ready node, or a registry that this host pushes to and the nodes pull from',
    found: `${lacking.join(', ')} did not name it; a kubelet names an image that it was given within a minute`,
    fix: '--registry PREFIX (or spec.cluster.registry) pushes it there, e.g. --registry registry.example.com/team; or name an image that can be pulled with spec.app.image',
  });
}

import type { ProbedCluster } from '../cluster/existing/probe-capabilities.ts';
import { inspectImageArchive } from '../image/inspect-image-archive.ts';
import { normalizeReference } from '../image/normalize-reference.ts';
import { DrainbenchError } from '../model/drainbench-error.ts';
import type { Scenario } from '../model/scenario.ts';
import type { KubeObject } from '../workload/kube-object.ts';
import { appImageArchive } from './app-image.ts';
import type { OpenCluster } from './cluster-opening.ts';

/** A kubelet names this many images of its node at most, the largest first (its nodeStatusMaxImages). */
const NAMED_IMAGES = 50;

/**
 * Gets the app's image to where the nodes find it, before anything is created. A cluster that is not ours takes no
 * archives: there the nodes must have the image already.
 *
 * @throws DrainbenchError `image-not-deliverable`.
 */
export async function deliverImage(
  scenario: Scenario,
  scenarioFile: string | null,
  objects: readonly KubeObject[],
  opened: OpenCluster,
  signal: AbortSignal,
): Promise<void> {
  const archive = await appImageArchive(scenario, scenarioFile, objects, signal);
  if (archive !== null) await deliverArchive(archive, opened, signal);
}

/** The same for any archive with an image. */
export async function deliverArchive(
  archive: string,
  { cluster, existing }: OpenCluster,
  signal: AbortSignal,
): Promise<void> {
  if (existing === undefined) {
    await cluster.loadImage(archive, signal);
    return;
  }
  const { references } = await inspectImageArchive(archive);
  for (const reference of references) requireOnNodes(reference, existing.probed);
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
    found: `not on ${lacking.join(', ')}`,
    fix: '--registry PREFIX (or spec.cluster.registry) pushes it there, e.g. --registry registry.example.com/team; or name an image that can be pulled with spec.app.image',
  });
}

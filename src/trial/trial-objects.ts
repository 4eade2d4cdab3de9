import type { DisruptionContext, ObjectNotes } from '../disrupt/disruption-context.ts';
import type { KubeObject as SeenObject } from '../observe/watch-state.ts';
import { applyWorkload, type OwnedObject } from '../workload/apply-workload.ts';
import type { KubeObject } from '../workload/kube-object.ts';
import type { TrialContext } from '../workload/ownership.ts';
import { removeWorkload } from '../workload/remove-workload.ts';
import { headlessServiceName, portsOf } from '../workload/with-headless-service.ts';
import { claimPrefixes } from '../workload/workload-family.ts';
import type { Workload } from '../workload/workload.ts';
import type { RunContext } from './run-context.ts';
import type { AppAddresses } from './start-loads.ts';

/** Also an aborted trial is tidied away, and then with a deadline of its own. */
const CLEAN_UP_MS = 45_000;

interface ChangedNode {
  readonly node: string;
  readonly undo: (signal: AbortSignal) => Promise<void>;
}

/** What a trial has made or changed in the cluster: every intent is in the journal first, every end too. */
export class TrialObjects {
  readonly #context: RunContext;
  readonly #workload: Workload;
  readonly #owner: TrialContext;
  #owned: readonly OwnedObject[] = [];
  /** UID of a Pod → UID of what owned it when it was first seen. */
  readonly #firstOwners = new Map<string, string>();
  readonly #changedNodes: ChangedNode[] = [];

  constructor(context: RunContext, workload: Workload, owner: TrialContext) {
    this.#context = context;
    this.#workload = workload;
    this.#owner = owner;
  }

  /** Creates the workload, and `budget` if there is one. */
  async create(budget: KubeObject | null): Promise<AppAddresses> {
    const { kubeConfig, signal, journal, namespace } = this.#context;
    const objects = [...this.#workload.objects, ...(budget === null ? [] : [budget])];
    const { serviceName: service } = this.#workload;
    const { nodePort, clusterIP } = await applyWorkload(kubeConfig, objects, {
      signal,
      service,
      onIntent: async ({ apiVersion = '', kind = '', metadata }) => {
        const where = metadata?.namespace ?? null;
        await journal.write({ type: 'intent', apiVersion, kind, namespace: where, name: metadata?.name ?? '' }); // prettier-ignore
      },
      onCreated: (owned) => this.#created(owned),
    });
    const headlessName = headlessServiceName(this.#workload);
    return { namespace, nodePort, clusterIP, headlessName, ...portsOf(this.#workload) };
  }

  /** Owners go before their Pods, and with them the references: what was seen of them is the proof then. */
  podSeen({ metadata }: SeenObject): void {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true);
    if (owner !== undefined && !this.#firstOwners.has(metadata.uid))
      this.#firstOwners.set(metadata.uid, owner.uid);
  }

  /** Writes down that a Node is about to be changed, and how that is undone. */
  readonly nodeChanges: DisruptionContext['onNodeChange'] = async (node, undo) => {
    await this.#context.journal.write({ type: 'node-change', node });
    this.#changedNodes.push({ node, undo });
  };

  /** What a disruption makes besides is the trial's like all the rest. */
  readonly madeByDisruption: ObjectNotes = {
    intended: (object) => this.#context.journal.write({ type: 'intent', ...object }),
    created: (object) => this.#created(object),
    removed: async ({ apiVersion, kind, namespace, name }) => {
      this.#owned = this.#owned.filter((other) => other.kind !== kind || other.name !== name);
      await this.#context.journal.write({ type: 'removed', apiVersion, kind, namespace, name });
    },
  };

  async #created(object: OwnedObject): Promise<void> {
    this.#owned = [...this.#owned, object];
    await this.#context.journal.write({ type: 'created', ...object });
  }

  /** Undoes and removes all of it, as far as it is there. May be tried again. */
  async remove(): Promise<void> {
    const { kubeConfig, journal } = this.#context;
    const signal = AbortSignal.timeout(CLEAN_UP_MS);
    const unwritten: unknown[] = [];
    // A disk that is full must not keep anything on the cluster.
    const write = (entry: Parameters<typeof journal.write>[0]) =>
      journal.write(entry).catch((error: unknown) => void unwritten.push(error));
    const restored = await Promise.allSettled(
      this.#changedNodes.map((changed) => this.#restore(changed, signal)),
    );
    await removeWorkload(kubeConfig, this.#owned, this.#owner, {
      signal,
      claims: claimPrefixes(this.#workload.objects),
      firstOwner: (uid) => this.#firstOwners.get(uid),
      onMember: ({ apiVersion, kind, namespace, name, uid }) =>
        write({ type: 'created', apiVersion, kind, namespace, name, uid }),
      onRemoved: ({ kind, namespace, name, uid }) => write({ type: 'removed', kind, namespace, name, uid }),
    });
    for (const outcome of restored) if (outcome.status === 'rejected') throw outcome.reason;
    if (unwritten.length > 0) throw unwritten[0];
  }

  async #restore({ node, undo }: ChangedNode, signal: AbortSignal): Promise<void> {
    await undo(signal);
    await this.#context.journal.write({ type: 'node-restored', node });
  }
}

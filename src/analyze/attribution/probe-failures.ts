import type { HistoryEvent, KubeletEvent } from '../../model/history-event.ts';

/** When readiness probes failed, of all Pods, as the kubelets say. */
export class ProbeFailures {
  readonly #byPod: ReadonlyMap<string, readonly KubeletEvent[]>;

  constructor(events: readonly HistoryEvent[]) {
    const failed = events.filter(
      (event): event is KubeletEvent =>
        event.type === 'kubelet' && event.step === 'probe-failed' && event.subject === 'Readiness',
    );
    this.#byPod = Map.groupBy(failed, ({ podUid }) => podUid);
  }

  /** `null`: none failed by then. */
  lastBefore(podUid: string, atNs: number): KubeletEvent | null {
    return this.#byPod.get(podUid)?.findLast((event) => event.atNs <= atNs) ?? null;
  }
}

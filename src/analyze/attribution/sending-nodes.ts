import type { HistoryEvent } from '../../model/history-event.ts';
import type { RequestRecord } from '../../model/request-record.ts';
import type { TrialRecord } from '../../model/trial-record.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';

/** Which node's kube-proxy chooses the Pod for a request: the node whose address the client connects to. */
export class SendingNodes {
  /** Address of a node → its name. */
  readonly #byAddress = new Map<string, string>();
  /** Load that goes to the Service's own address → the node that it runs on, which translates it. */
  readonly #byLoad: ReadonlyMap<string, string>;

  constructor(events: readonly HistoryEvent[], loads: TrialRecord['loads']) {
    for (const event of events) {
      if (event.type !== 'object') continue;
      const [spec, status] = [asRecord(event.object['spec']), asRecord(event.object['status'])];
      if (event.kind === 'Pod') this.#add(status['hostIP'], asText(spec['nodeName']));
      if (event.kind !== 'Node') continue;
      for (const each of asList(status['addresses'])) this.#add(asRecord(each)['address'], event.name);
    }
    this.#byLoad = new Map(
      loads.flatMap(({ name, inside }) => (inside?.via === 'clusterIP' ? [[name, inside.node]] : [])),
    );
  }

  /** `null`: not known. */
  of({ serverAddress, load }: RequestRecord): string | null {
    return this.#byLoad.get(load) ?? this.#byAddress.get(serverAddress ?? '') ?? null;
  }

  #add(address: unknown, node: string | null): void {
    const known = asText(address);
    if (known !== null && node !== null) this.#byAddress.set(known, node);
  }
}

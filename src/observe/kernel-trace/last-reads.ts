import type { SocketEvent } from '../../model/history-event.ts';

type Ends = Pick<SocketEvent, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

/**
 * When a process last took data from each open connection of the app. Kept here and told with the connection's end, which
 * alone asks for it: an event for each read would be as many as there are requests.
 */
export class LastReads {
  readonly #atNs = new Map<string, number>();

  note(ends: Ends, atNs: number): void {
    this.#atNs.set(keyOf(ends), atNs);
  }

  /** A new connection between these ends has been read by nobody yet. */
  forget(ends: Ends): void {
    this.#atNs.delete(keyOf(ends));
  }

  /** ns since run start; `undefined`: nobody was seen to. The connection is over: it is asked for once. */
  take(ends: Ends): number | undefined {
    const key = keyOf(ends);
    const atNs = this.#atNs.get(key);
    this.#atNs.delete(key);
    return atNs;
  }
}

function keyOf({ localAddress, localPort, remoteAddress, remotePort }: Ends): string {
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}

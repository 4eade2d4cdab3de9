import { NS_PER_MS } from '../model/duration.ts';
import type { RuntimeLine } from './runtime-events-line.ts';

/** Anchors of the wall clock are good to some µs. */
const STAMP_NS = 100_000;
/** A shim stamps an exit when it gets to reap it: 2 to 21 ms after the kernel's own event, on two busy cores. */
const USUALLY_REAPED_NS = 50 * NS_PER_MS;

/** An event that is followed by one that it cannot be after. */
const BEGUN_BY: Readonly<Record<string, string>> = {
  '/tasks/start': '/tasks/create',
  '/tasks/exec-started': '/tasks/exec-added',
};

/**
 * When what a runtime tells took place. It tells when it comes to it: on a machine whose CPUs are wanted, a process that
 * ends gets to its end late, and the shim to stamping it, by a second and more. So each event takes place between its
 * stamp and the last moment at which it certainly had not: a process was seen alive, or had just been started.
 *
 * Events are to be given in their order.
 */
export class RuntimeTimes {
  readonly #toRunNs: (wallMs: number) => number;
  /** By process: when it was last told of. */
  readonly #told = new Map<string, { readonly topic: string; readonly atNs: number }>();

  /** @param toRunNs from ms since the epoch to ns since run start */
  constructor(toRunNs: (wallMs: number) => number) {
    this.#toRunNs = toRunNs;
  }

  /** @param aliveNs when the process was last seen that had not begun to end; `null`: not known */
  of(
    { wallMs, topic, containerId, execId }: RuntimeLine,
    aliveNs: number | null,
  ): { readonly atNs: number; readonly uncertaintyNs: number } {
    const toldNs = this.#toRunNs(wallMs);
    const process = `${containerId} ${execId ?? ''}`;
    const before = this.#told.get(process);
    this.#told.set(process, { topic, atNs: toldNs });
    if (topic === '/tasks/exit') {
      const begunNs = before !== undefined && BEGUN_BY[before.topic] !== undefined ? before.atNs : null;
      const fromNs = Math.max(aliveNs ?? -Infinity, begunNs ?? -Infinity);
      if (fromNs === -Infinity) return { atNs: toldNs, uncertaintyNs: USUALLY_REAPED_NS };
      const halfNs = Math.max(0, toldNs - fromNs) / 2;
      return { atNs: Math.round(toldNs - halfNs), uncertaintyNs: Math.ceil(halfNs) + STAMP_NS };
    }
    const lateNs = before !== undefined && BEGUN_BY[topic] === before.topic ? toldNs - before.atNs : 0;
    return { atNs: toldNs, uncertaintyNs: Math.max(0, lateNs) + STAMP_NS };
  }
}

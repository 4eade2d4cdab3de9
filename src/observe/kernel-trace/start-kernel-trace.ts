import type { ObserveContext, Observer } from '../observer.ts';
import { KernelTrace } from './kernel-trace.ts';
import { openTracefs } from './open-tracefs.ts';
import { pidsAreHostPids } from './pids-are-host-pids.ts';
import { makeTraceInstance } from './trace-instance.ts';

export interface KernelTraceOptions {
  /** TCP ports to look at, on either side of a connection: the app's container ports and the Service's NodePort. */
  readonly ports: readonly number[];
  /** Signal numbers to look for, besides all that a container runtime sends (an image's STOPSIGNAL may be any). */
  readonly signals?: readonly number[];
  /** Size of the kernel's buffer for one CPU. */
  readonly bufferKbPerCpu?: number;
}

/** HUP, INT, QUIT, ABRT, KILL, SEGV, TERM: what stops processes. */
const STOPPING_SIGNALS = [1, 2, 3, 6, 9, 11, 15];

/**
 * Records what the kernel does to the containers on this host and to TCP on the given ports, from now until `stop`:
 * signals, process ends, listeners, accepts, resets, retransmissions. Needs root, and nothing of the app.
 *
 * Never rejects. What cannot be seen (no tracefs, not permitted, an event that this kernel lacks, a buffer that was
 * overrun) becomes an `observation-gap` of the observer `kernel-trace`. Nothing is left behind after `stop`; what a
 * killed process leaves is for `sweepTraceInstances`.
 *
 * @param runStartNs `process.hrtime.bigint()` at run start.
 */
export async function startKernelTrace(
  options: KernelTraceOptions,
  context: ObserveContext,
  runStartNs: bigint,
): Promise<Observer> {
  const { ports, signals = STOPPING_SIGNALS, bufferKbPerCpu } = options;
  try {
    const tracefs = await openTracefs();
    try {
      const instance = await makeTraceInstance(tracefs.path, bufferKbPerCpu);
      const trace = new KernelTrace(instance, { ports, signals }, context, runStartNs);
      try {
        await trace.start();
      } catch (error) {
        await trace.abandon();
        throw error;
      }
      if (!pidsAreHostPids()) {
        trace.misses(
          'signals and exits of containers that ran before: this program runs in a pid namespace of its own',
        );
      }
      return { stop: () => trace.stop().finally(() => tracefs.close()) };
    } catch (error) {
      await tracefs.close();
      throw error;
    }
  } catch (error) {
    return blind(context, error instanceof Error ? error.message : String(error));
  }
}

/** Sees nothing, and says so at its end, when it is known how long that was. */
function blind(context: ObserveContext, reason: string): Observer {
  return {
    stop: () => {
      const toNs = context.nowNs();
      context.record({
        type: 'observation-gap',
        atNs: toNs,
        uncertaintyNs: 0,
        source: 'kernel-trace',
        observer: 'kernel-trace',
        fromNs: 0,
        toNs,
        reason: `the kernel cannot be traced: ${reason}`,
      });
      return Promise.resolve();
    },
  };
}

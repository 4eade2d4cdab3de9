import type { Evidence } from '../../model/attribution.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import type {
  HistoryEvent,
  OomKillEvent,
  ProcessExitEvent,
  RuntimeEvent,
  SignalEvent,
} from '../../model/history-event.ts';
import { formatMs } from '../words/format-figures.ts';
import type { MainProcesses } from '../objects/main-processes.ts';
import type { ObjectSighting } from '../objects/object-sightings.ts';
import type { KnownPod } from '../objects/pod-book.ts';
import { asList, asRecord, asText } from '../objects/read-json.ts';
import { signalName } from '../words/signal-name.ts';

const SIGKILL = 9;
/** `si_code` of a signal that the kernel itself sends. */
const SI_KERNEL = 128;
/** A runtime tells of an exit, and a kubelet of a probe, some time after it. */
const AROUND_NS = 2 * NS_PER_S;
/** The kubelet kills when the grace period is over, give or take its own second. */
const GRACE_SLACK_S = 1.5;

/** Who ended a process, and with what, as it reads behind “had the request when”. */
export interface Ending {
  readonly words: string;
  readonly evidence: readonly Evidence[];
}

/** Who ended the processes of containers: the kubelet, the container's first process, the kernel, or they themselves. */
export class Endings {
  readonly #main: MainProcesses;
  readonly #signals = new Map<number, SignalEvent[]>();
  readonly #exits = new Map<number, ProcessExitEvent>();
  readonly #starved = new Map<number, OomKillEvent>();
  /** By container id: the ends of first processes, and memory that ran out. */
  readonly #runtime = new Map<string, RuntimeEvent[]>();
  readonly #grace = new Map<string, { readonly atNs: number; readonly seconds: number }>();
  readonly #livenessFailed = new Map<string, { readonly atNs: number; readonly id: number }[]>();
  readonly #reasons = new Map<string, string>();

  constructor(events: readonly HistoryEvent[], sightings: readonly ObjectSighting[], main: MainProcesses) {
    this.#main = main;
    for (const event of events) {
      if (event.type === 'signal-sent') push(this.#signals, event.pid, event);
      else if (event.type === 'process-exit') this.#exits.set(event.pid, event);
      else if (event.type === 'oom-kill') this.#starved.set(event.pid, event);
      else if (
        event.type === 'runtime' &&
        event.container !== null &&
        event.execId == null &&
        !event.sandbox
      ) {
        push(this.#runtime, event.container.containerId, event);
      } else if (event.type === 'kubelet') {
        const key = `${event.podUid} ${event.container ?? ''}`;
        if (event.step === 'stop-requested' && event.graceSeconds !== undefined) {
          if (!this.#grace.has(key)) this.#grace.set(key, { atNs: event.atNs, seconds: event.graceSeconds });
        }
        if (event.step === 'probe-failed' && event.subject === 'Liveness')
          push(this.#livenessFailed, key, event);
      }
    }
    for (const { kind, object } of sightings) if (kind === 'Pod') this.#readReasons(object);
  }

  /** Of a process that was seen to end in this Pod. */
  of(pod: KnownPod, exit: ProcessExitEvent): Ending {
    const containerId = exit.container?.containerId ?? '';
    const name = pod.containers.get(containerId);
    const which = pod.containers.size > 1 && name !== undefined ? `container ${name}` : 'its process';
    const main = this.#main.pidOf(containerId);
    const status = this.#exitStatus(containerId, exit);
    const code = status === null ? '' : `, exit code ${status}`;
    const kill = this.#lastBefore(exit, (signal) => signal.signal === SIGKILL && signal.result !== 'ignored');
    const starved = this.#starved.get(exit.pid);
    if (starved !== undefined || this.#isOutOfMemory(containerId, exit)) {
      return {
        words: `${which} was killed because its memory had run out${code}`,
        evidence: [
          ...(starved === undefined ? [] : [shownWant(starved)]),
          ...(kill === null ? [] : [shownSignal(kill)]),
        ],
      };
    }
    if (kill !== null) return this.#killed(pod, exit, kill, { which, code, main });
    const stop = this.#lastBefore(exit, (signal) => isRuntime(signal.senderComm));
    if (stop !== null) {
      const sinceNs = exit.atNs - stop.atNs;
      const left = this.#graceLeft(pod, name, exit.atNs);
      const seconds = left === null ? 0 : Math.floor(left);
      const unused =
        seconds < 1 ? '' : `; ${seconds} s of its grace period ${seconds === 1 ? 'was' : 'were'} left`;
      return {
        words: `${which} ended by itself ${formatMs(sinceNs / NS_PER_MS)} after ${signalName(stop.signal)}${code}${unused}`,
        evidence: [shownSignal(stop)],
      };
    }
    return { words: `${which} ended by itself, told by nobody that was seen${code}`, evidence: [] };
  }

  #killed(
    pod: KnownPod,
    exit: ProcessExitEvent,
    kill: SignalEvent,
    {
      which,
      code,
      main,
    }: { readonly which: string; readonly code: string; readonly main: number | undefined },
  ): Ending {
    const name = pod.containers.get(exit.container?.containerId ?? '');
    const evidence = [shownSignal(kill)];
    if (isRuntime(kill.senderComm)) {
      const key = `${pod.uid} ${name ?? ''}`;
      const [failed] = (this.#livenessFailed.get(key) ?? []).filter(
        ({ atNs }) => Math.abs(exit.atNs - atNs) < 60 * NS_PER_S,
      );
      const grace = this.#grace.get(key);
      const over =
        grace !== undefined && (kill.atNs - grace.atNs) / NS_PER_S >= grace.seconds - GRACE_SLACK_S;
      const why = over
        ? ` when its grace period was over, ${grace.seconds} s after it was asked to stop`
        : failed === undefined
          ? ''
          : ' after its liveness probe had failed';
      return { words: `the kubelet killed ${which}${why}${code}`, evidence };
    }
    const first = main === undefined ? undefined : this.#exits.get(main);
    const byKernel = kill.siCode === undefined || kill.siCode === SI_KERNEL;
    const firstEnded = byKernel && main !== exit.pid && first !== undefined && first.atNs <= kill.atNs;
    if (firstEnded) {
      return {
        words: `the kernel killed ${which}, because process 1 of the container had ended${this.#told(first)}${code}`,
        evidence: [
          ...evidence,
          { eventId: first.id, atNs: first.atNs, what: `process 1 of the container ended (${first.comm})` },
        ],
      };
    }
    const byFirst = main !== undefined && kill.senderPid === main && main !== exit.pid;
    const who = byFirst
      ? `process 1 of the container (${kill.senderComm})`
      : `a process called ${kill.senderComm}`;
    return { words: `${who} killed ${which}${code}`, evidence };
  }

  /** Which stop signal process 1 had been sent, in brackets; nothing where none was seen. */
  #told(first: ProcessExitEvent): string {
    const stop = this.#lastBefore(first, (signal) => isRuntime(signal.senderComm));
    return stop === null ? '' : ` (which had been sent ${signalName(stop.signal)})`;
  }

  /** Seconds of the grace period that were left then; `null`: not known. */
  #graceLeft(pod: KnownPod, container: string | undefined, atNs: number): number | null {
    const grace = this.#grace.get(`${pod.uid} ${container ?? ''}`);
    return grace === undefined ? null : grace.seconds - (atNs - grace.atNs) / NS_PER_S;
  }

  #lastBefore(exit: ProcessExitEvent, matches: (signal: SignalEvent) => boolean): SignalEvent | null {
    const own = this.#signals.get(exit.pid) ?? [];
    return own.findLast((signal) => signal.atNs <= exit.atNs + exit.uncertaintyNs && matches(signal)) ?? null;
  }

  #exitStatus(containerId: string, exit: ProcessExitEvent): number | null {
    if (this.#main.pidOf(containerId) !== exit.pid) return null;
    const told = this.#runtime.get(containerId)?.find(({ topic }) => topic === '/tasks/exit');
    return told === undefined || Math.abs(told.atNs - exit.atNs) > AROUND_NS ? null : told.exitStatus;
  }

  #isOutOfMemory(containerId: string, exit: ProcessExitEvent): boolean {
    const told = this.#runtime.get(containerId)?.some(({ topic, atNs }) => {
      return topic === '/tasks/oom' && Math.abs(exit.atNs - atNs) < AROUND_NS;
    });
    return told === true || this.#reasons.get(containerId) === 'OOMKilled';
  }

  #readReasons(pod: Readonly<Record<string, unknown>>): void {
    const status = asRecord(pod['status']);
    for (const container of asList(status['containerStatuses']).map(asRecord)) {
      for (const state of [container['state'], container['lastState']]) {
        const terminated = asRecord(asRecord(state)['terminated']);
        const id = asText(terminated['containerID'])?.replace(/^[a-z0-9.-]+:\/\//, '');
        const reason = asText(terminated['reason']);
        if (id !== undefined && reason !== null) this.#reasons.set(id, reason);
      }
    }
  }
}

function isRuntime(comm: string): boolean {
  return /^(runc|crun)$/.test(comm);
}

function shownSignal({ id, atNs, signal, senderComm }: SignalEvent): Evidence {
  return { eventId: id, atNs, what: `${senderComm} sent it ${signalName(signal)}` };
}

function shownWant({ id, atNs }: OomKillEvent): Evidence {
  return { eventId: id, atNs, what: 'the kernel chose it to be killed for want of memory' };
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

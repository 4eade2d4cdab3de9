import { setTimeout as sleep } from 'node:timers/promises';

import { countOf } from '../model/count-of.ts';
import { NS_PER_MS } from '../model/duration.ts';
import type { NewHistoryEvent } from '../model/history-event.ts';
import { readClockIdentity } from '../model/read-clock-identity.ts';
import { RemoteClock, type ClockIdentity } from '../model/remote-clock.ts';
import type { RemoteProgram } from '../model/remote-program.ts';
import type { ObserveContext } from '../observe/observer.ts';
import { splitLines } from '../observe/split-lines.ts';
import type { FromAgent, ObserveTask, PodStatus, ToAgent } from './agent-messages.ts';
import { mapEventTimes } from './map-event-times.ts';
import { offsetPids } from './offset-pids.ts';
import { SequenceLaw } from './sequence-law.ts';
import { slimPod } from './slim-pod.ts';

/** Half of it is the longest that an event waits for a sample after it. */
const PING_EVERY_MS = 500;
/** Before and after a trial the clock is asked this often, one question after the other. */
const PINGS_IN_A_ROW = 5;
/** An agent that says nothing for so long is not there any more, whatever its connection looks like. */
const SILENT_MS = 10_000;
const HELLO_WITHIN_MS = 20_000;
/** Observers take up to 5 s to say that they cannot look. */
const START_WITHIN_MS = 30_000;
const ANSWER_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 30_000;

export interface AgentSessionOptions {
  readonly node: string;
  readonly program: RemoteProgram;
  /** `process.hrtime.bigint()` at run start. */
  readonly runStartNs: bigint;
  readonly context: ObserveContext;
  /** Which clock is ours. Whoever claims another kernel than this one has all times mapped. */
  readonly ownClock?: Omit<ClockIdentity, 'originNs'>;
}

/** Which kernel an agent runs on, and how it numbers processes. */
export interface AgentKernel {
  readonly bootId: string;
  readonly pidNamespace: string;
}

/**
 * The harness' side of one node agent, for one trial. Nothing in it rejects once it is open: what the agent cannot see
 * any more, because it died, was cut off or could not keep up, becomes an `observation-gap` of each of its observers.
 * Longer than most files: from when on nothing is known depends on clock, stream and commands alike.
 */
export class AgentSession {
  readonly node: string;
  readonly kernel: AgentKernel;
  readonly #program: RemoteProgram;
  readonly #context: ObserveContext;
  readonly #clock: RemoteClock;
  readonly #law = new SequenceLaw();
  readonly #reading: Promise<void>;
  readonly #pings: NodeJS.Timeout;
  /** Events that wait until the clock was asked once more after them. */
  #waiting: NewHistoryEvent[] = [];
  readonly #commands: { readonly what: string; readonly done: () => void }[] = [];
  readonly #pongs = new Set<() => void>();
  #observers: readonly AgentObserver[] = [];
  #heardNs: number;
  /** Time of the newest event that was recorded: what is lost came after it. */
  #newestNs: number;
  #lost: { readonly fromNs: number; readonly reason: string } | null = null;
  #stopping = false;
  #pidBase = 0;

  /** Says hello and compares clocks. @throws Error when the agent does not come to life */
  static async open(options: AgentSessionOptions): Promise<AgentSession> {
    const { program, context } = options;
    const messages = readMessages(program, context.nowNs);
    const late = sleep(HELLO_WITHIN_MS, null, { ref: false }).then(
      () => `no sign of life within ${HELLO_WITHIN_MS / 1000} s`,
    );
    const first = await Promise.race([messages.next(), program.ended, late]);
    if (typeof first === 'string' || first.done === true || first.value.message?.type !== 'hello') {
      program.close();
      if (typeof first === 'string') throw new Error(first);
      throw new Error(
        first.done === true ? await program.ended : `it did not say hello: ${first.value.text}`,
      );
    }
    const session = new AgentSession(options, first.value.message, messages);
    await session.#compareClocks();
    return session;
  }

  private constructor(
    { node, program, runStartNs, context, ownClock = readClockIdentity() }: AgentSessionOptions,
    hello: Extract<FromAgent, { type: 'hello' }>,
    messages: AsyncIterable<ReadMessage>,
  ) {
    this.node = node;
    this.kernel = { bootId: hello.clock.bootId, pidNamespace: hello.pidNamespace };
    this.#program = program;
    this.#context = context;
    this.#clock = new RemoteClock(ownClock, hello.clock, runStartNs);
    this.#heardNs = this.#newestNs = context.nowNs();
    program.stdin.on('error', () => undefined); // its end is told by `ended`
    this.#reading = this.#read(messages);
    void program.ended.then((how) => this.#cut(how));
    this.#pings = setInterval(() => this.#ping(), PING_EVERY_MS);
  }

  /**
   * Resolves when the node's observers look, or cannot.
   *
   * @param pidBase added to all pids: those of several kernels must not be taken for each other
   */
  async start(task: ObserveTask, pidBase = 0): Promise<void> {
    this.#pidBase = pidBase;
    this.#observers = observersOf(task);
    await this.#command({ type: 'start', task }, START_WITHIN_MS);
  }

  async askProxy(): Promise<void> {
    await this.#command({ type: 'proxy-sync' }, ANSWER_WITHIN_MS);
  }

  async readProcessFacts(pods: readonly PodStatus[]): Promise<void> {
    await this.#command({ type: 'process-facts', pods: pods.map(slimPod) }, ANSWER_WITHIN_MS);
  }

  /** Ends the observers; everything seen has been recorded when this resolves, and what was not seen is a gap. */
  async stop(): Promise<void> {
    await this.#command({ type: 'stop' }, STOP_WITHIN_MS);
    await this.#compareClocks();
    this.#stopping = true;
    clearInterval(this.#pings);
    this.#program.stdin.end();
    await Promise.race([this.#program.ended, sleep(2000, undefined, { ref: false })]);
    this.#program.close();
    await this.#reading;
    this.#flush(Infinity);
    if (this.#lost !== null) this.#gap(this.#lost.fromNs, this.#lost.reason);
  }

  async #read(messages: AsyncIterable<ReadMessage>): Promise<void> {
    for await (const { message, text, arrivedNs } of messages) {
      this.#heardNs = arrivedNs;
      if (message === null) {
        // The last line may be cut by the end of the stream, which is told anyway.
        if (!this.#stopping) this.#lose(arrivedNs, `it wrote what is no message: ${text.slice(0, 200)}`);
        continue;
      }
      switch (message.type) {
        case 'pong':
          this.#pong(message.id, message.nowNs, arrivedNs);
          break;
        case 'event':
          this.#event(message.seq, message.event, arrivedNs);
          break;
        case 'done': {
          const lost = this.#law.end(message.seq);
          if (lost > 0)
            this.#gap(
              this.#newestNs,
              `${countOf(lost, 'event was', 'events were')} lost on their way from the node`,
            );
          this.#commands.shift()?.done();
          break;
        }
        case 'failed':
          this.#lose(arrivedNs, `it failed: ${message.message}`);
          break;
        case 'hello':
          break;
      }
    }
  }

  #event(seq: number, event: NewHistoryEvent, arrivedNs: number): void {
    const { lost, repeated } = this.#law.next(seq);
    if (repeated) return;
    if (lost > 0) {
      this.#flush(Infinity);
      this.#gap(
        this.#newestNs,
        `${countOf(lost, 'event was', 'events were')} lost: the node had more to tell than could be sent`,
        arrivedNs,
      );
    }
    this.#waiting.push(event);
    if (this.#clock.shared) this.#flush(Infinity);
  }

  /** Records events up to this time of the agent's clock; later ones wait for the next sample. */
  #flush(untilNs: number): void {
    const ready: NewHistoryEvent[] = [];
    const later: NewHistoryEvent[] = [];
    for (const event of this.#waiting) (event.atNs <= untilNs ? ready : later).push(event);
    this.#waiting = later;
    for (const event of ready) {
      const mapped = mapEventTimes(event, (remoteNs) => this.#clock.toRun(remoteNs));
      this.#context.record(offsetPids(mapped, this.#pidBase));
      this.#newestNs = Math.max(this.#newestNs, mapped.atNs);
    }
  }

  #ping(): void {
    const nowNs = this.#context.nowNs();
    if (nowNs - this.#heardNs > SILENT_MS * NS_PER_MS) {
      this.#lose(this.#heardNs, `it said nothing for ${SILENT_MS / 1000} s`);
      this.#program.close();
      return;
    }
    this.#send({ type: 'ping', id: this.#clock.asked(nowNs) });
  }

  #pong(id: number, remoteNs: number, arrivedNs: number): void {
    const sample = this.#clock.answered(id, remoteNs, arrivedNs);
    if (sample === null) return;
    this.#context.record({
      type: 'clock-sample',
      atNs: (sample.sentNs + sample.receivedNs) / 2,
      uncertaintyNs: (sample.receivedNs - sample.sentNs) / 2,
      source: 'harness',
      node: this.node,
      program: 'agent',
      remoteNs,
      shared: this.#clock.shared,
    });
    if (sample.contradicts) {
      this.#gap(this.#newestNs, 'its clock and the harness’ moved against each other', sample.receivedNs);
    }
    this.#flush(this.#clock.settledUntilNs);
    for (const told of this.#pongs) told();
  }

  /** Several questions, one after the other; whoever comes through fastest tells most. */
  async #compareClocks(): Promise<void> {
    for (let asked = 0; asked < PINGS_IN_A_ROW && this.#lost === null; asked++) {
      await new Promise<void>((resolve) => {
        const told = () => {
          clearTimeout(timer);
          this.#pongs.delete(told);
          resolve();
        };
        const timer = setTimeout(told, SILENT_MS);
        this.#pongs.add(told);
        this.#ping();
      });
    }
  }

  /** Resolves when the agent has done it, or never will. */
  async #command(command: Exclude<ToAgent, { type: 'ping' }>, withinMs: number): Promise<void> {
    if (this.#lost !== null) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.#lose(this.#heardNs, `it did not carry out ${command.type} within ${withinMs / 1000} s`);
        this.#program.close();
        resolve();
      }, withinMs);
      const done = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#commands.push({ what: command.type, done });
      this.#send(command);
    });
  }

  #send(message: ToAgent): void {
    if (this.#lost === null && this.#program.stdin.writable)
      this.#program.stdin.write(`${JSON.stringify(message)}\n`);
  }

  #cut(how: string): void {
    if (!this.#stopping) this.#lose(this.#heardNs, `it ended: ${how}`);
  }

  /** From then on nothing is seen. */
  #lose(fromNs: number, reason: string): void {
    this.#lost ??= { fromNs, reason };
    for (const { done } of this.#commands.splice(0)) done();
    for (const told of this.#pongs) told();
  }

  #gap(fromNs: number, reason: string, toNs = this.#context.nowNs()): void {
    for (const { source, observer } of this.#observers) {
      this.#context.record({
        type: 'observation-gap',
        atNs: toNs,
        uncertaintyNs: 0,
        source,
        observer,
        fromNs: Math.min(fromNs, toNs),
        toNs,
        reason: `the agent on ${this.node}: ${reason}`,
      });
    }
  }
}

interface AgentObserver {
  readonly source: 'dataplane' | 'conntrack' | 'runtime' | 'kernel-trace';
  readonly observer: string;
}

/** By the names under which the observers themselves report their gaps. */
function observersOf({ node, kernelPorts }: ObserveTask): readonly AgentObserver[] {
  return [
    { source: 'dataplane', observer: `routes of ${node}` },
    { source: 'dataplane', observer: `Pod network of ${node}` },
    { source: 'conntrack', observer: `conntrack of ${node}` },
    { source: 'runtime', observer: `runtime ${node}` },
    ...(kernelPorts === null ? [] : [{ source: 'kernel-trace' as const, observer: 'kernel-trace' }]),
  ];
}

interface ReadMessage {
  /** `null` for what is no message. */
  readonly message: FromAgent | null;
  readonly text: string;
  readonly arrivedNs: number;
}

async function* readMessages(
  { stdout }: RemoteProgram,
  nowNs: () => number,
): AsyncGenerator<ReadMessage, undefined> {
  for await (const { text, arrivedNs, complete } of splitLines(stdout, nowNs)) {
    yield { message: complete ? parse(text) : null, text, arrivedNs };
  }
}

function parse(text: string): FromAgent | null {
  try {
    return JSON.parse(text) as FromAgent;
  } catch {
    return null;
  }
}

import { createInterface } from 'node:readline';
import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';

import { EXIT } from '../model/exit-code.ts';
import { readClockIdentity } from '../model/read-clock-identity.ts';
import { EventLoopLag } from '../observe/event-loop-lag.ts';
import type { ObserveContext } from '../observe/observer.ts';
import { readProcessFacts } from '../observe/process-facts.ts';
import type { ObserveTask, ToAgent } from './agent-messages.ts';
import { EventOutlet } from './event-outlet.ts';
import { readOwnProxySync, startNodeObservers, type NodeObservers } from './node-observers.ts';

/** The harness pings twice a second; without a sign of life for this long it is gone, or the way to it is. */
const ALONE_MS = 30_000;
/** For observers to give back what they hold: a trace instance of the kernel, child processes. */
const END_WITHIN_MS = 3000;

/**
 * The node agent: drainbench's observers at work inside a node, told what to do by standard input, telling what they see
 * on standard output. It listens on no port, and ends with its input, whatever way that ends; what its observers have
 * started ends with it.
 */
function main(): void {
  wakeFirst();
  const originNs = process.hrtime.bigint();
  const outlet = new EventOutlet(process.stdout);
  const nowNs = () => Number(process.hrtime.bigint() - originNs);
  const context: ObserveContext = {
    nowNs,
    heldUpNs: new EventLoopLag(nowNs).heldUpNs,
    record: outlet.event,
    signal: new AbortController().signal,
  };
  const agent = new Agent(originNs, outlet, context);
  const end = (code: number): void => {
    setTimeout(() => process.exit(code), END_WITHIN_MS);
    void agent.end().finally(() => process.exit(code));
  };
  const alone = setTimeout(() => end(EXIT.internal), ALONE_MS);
  process.on('uncaughtException', (error) => {
    outlet.tell({ type: 'failed', message: error.stack ?? error.message });
    end(EXIT.internal);
  });
  process.stdout.on('error', () => end(EXIT.internal));
  createInterface({ input: process.stdin, crlfDelay: Infinity })
    .on('line', (line) => {
      alone.refresh();
      const message = JSON.parse(line) as ToAgent;
      if (message.type === 'ping') outlet.tell({ type: 'pong', id: message.id, nowNs: context.nowNs() });
      else agent.told(message);
    })
    .on('close', () => end(0));
  const pidNamespace = readlinkSync('/proc/self/ns/pid');
  const clock = { ...readClockIdentity(), originNs: String(originNs) };
  outlet.tell({ type: 'hello', clock, pidNamespace });
}

/** What is stamped at its arrival here must not wait for the app under load; of its own it needs hardly any time. */
function wakeFirst(): void {
  try {
    setPriority(-10);
  } catch {
    // Not allowed: events are merely later.
  }
}

type Command = Exclude<ToAgent, { readonly type: 'ping' }>;

/** Carries out commands, one after another, in the order in which they came. */
class Agent {
  readonly #originNs: bigint;
  readonly #outlet: EventOutlet;
  readonly #context: ObserveContext;
  #task: ObserveTask | null = null;
  #observer: NodeObservers | null = null;
  #last: Promise<void> = Promise.resolve();

  constructor(originNs: bigint, outlet: EventOutlet, context: ObserveContext) {
    this.#originNs = originNs;
    this.#outlet = outlet;
    this.#context = context;
  }

  told(command: Command): void {
    this.#last = this.#last.then(async () => {
      await this.#carryOut(command);
      this.#outlet.tell({ type: 'done', what: command.type, seq: this.#outlet.seq });
    });
  }

  /** Nobody listens any more. */
  async end(): Promise<void> {
    await this.#observer?.stop();
  }

  async #carryOut(command: Command): Promise<void> {
    switch (command.type) {
      case 'start':
        this.#task = command.task;
        this.#observer = await startNodeObservers(command.task, this.#originNs, this.#context);
        break;
      case 'proxy-sync':
        await readOwnProxySync(this.#task?.node ?? '', this.#originNs, this.#context);
        break;
      case 'process-facts':
        this.#observer?.follow(command.pods.map(({ metadata }) => metadata.uid));
        await readProcessFacts(command.pods, this.#context);
        break;
      case 'stop':
        await this.#observer?.stop();
        this.#observer = null;
    }
  }
}

main();

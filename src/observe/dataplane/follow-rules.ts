import { NS_PER_MS } from '../../model/duration.ts';
import type { ObserveContext, Observer } from '../observer.ts';
import type { ArrivedLine } from '../split-lines.ts';
import type { OnNode } from './on-node.ts';
import type { ProxyRules } from './proxy-rules.ts';
import type { RouteRecorder } from './route-recorder.ts';
import { RoutingTable, type RouteDifference } from './routing-table.ts';
import { runOnNode } from './run-on-node.ts';
import { startMonitor } from './start-monitor.ts';

/**
 * From the system call that commits a transaction to its first byte in this process: the kernel announces it, then the
 * monitor is scheduled, decodes and prints it, and this process reads it. Measured over 60 transactions each on two
 * busy cores (load 5): nft 0.5 to 2.1 ms, iptables 0.5 to 2.9 ms, median 0.7 ms. Always late, never early. What holds
 * up this process comes on top.
 */
const UNCERTAINTY_NS = 3 * NS_PER_MS;
/** A listing during which rules changed says nothing about before or after, and is made again at most this often. */
const MAX_LISTINGS = 5;

/**
 * Follows a node's rules by the kernel's announcements. All changes of one transaction take effect together and get
 * one time: when its first byte arrived. At the end the rules are listed once more; if they are not what the
 * announcements led to, something was missed, and that is a gap.
 */
export async function followRules(
  onNode: OnNode,
  node: string,
  rules: ProxyRules,
  recorder: RouteRecorder,
  context: ObserveContext,
): Promise<Observer> {
  const startNs = context.nowNs();
  const follower = new RuleFollower(onNode, node, rules, recorder);
  const monitor = await startMonitor(
    onNode,
    {
      node,
      observer: recorder.observer,
      source: 'dataplane',
      command: rules.monitor,
      lossNotice: /lost some netlink events|No buffer space available/,
      onLine: follower.onLine,
      onBlind: follower.onBlind,
    },
    context,
  );
  if (monitor.listens()) await follower.list();
  return {
    stop: async () => {
      // Where the monitor is gone, that is a gap already.
      if (monitor.listens() && (await follower.check(startNs)))
        recorder.ended(startNs, `\`${rules.list.join(' ')}\``);
      await monitor.stop();
    },
  };
}

class RuleFollower {
  readonly #onNode: OnNode;
  readonly #node: string;
  readonly #rules: ProxyRules;
  readonly #recorder: RouteRecorder;
  readonly #table = new RoutingTable();
  /** The first line of the transaction that is being read. */
  #begun: ArrivedLine | null = null;
  /** Lines that came while the rules were being listed; `null` while they are not. */
  #held: ArrivedLine[] | null = null;
  /** Why the rules in force are not known, and since when; `null` when they are. */
  #unknown: { readonly fromNs: number; readonly reason: string } | null;

  constructor(onNode: OnNode, node: string, rules: ProxyRules, recorder: RouteRecorder) {
    this.#onNode = onNode;
    this.#node = node;
    this.#rules = rules;
    this.#recorder = recorder;
    this.#unknown = { fromNs: recorder.nowNs(), reason: 'the rules were never listed' };
  }

  readonly onLine = (line: ArrivedLine): void => {
    if (this.#held !== null) {
      this.#held.push(line);
      return;
    }
    this.#begun ??= line;
    const change = this.#rules.parseLine(line.text);
    if (change === null) return;
    if (change.op !== 'commit') {
      this.#table.apply(change);
      return;
    }
    const difference = this.#table.commit();
    const { arrivedNs, lateNs } = this.#begun;
    if (this.#unknown === null) this.#recorder.changed(difference, arrivedNs, UNCERTAINTY_NS + lateNs);
    this.#begun = null;
  };

  /** Lists the rules in force at the start. */
  async list(): Promise<void> {
    const fromNs = this.#recorder.nowNs();
    await this.#readRules((difference) => {
      const toNs = this.#recorder.nowNs();
      this.#unknown = null;
      this.#recorder.listed(difference, (fromNs + toNs) / 2, (toNs - fromNs) / 2);
    });
  }

  /** What changed while nobody listened is found by listing; when it did is only known to that extent. */
  readonly onBlind = async (fromNs: number, toNs: number): Promise<void> => {
    if (this.#unknown !== null) return;
    await this.#readRules((difference) => {
      this.#recorder.changed(difference, (fromNs + toNs) / 2, (toNs - fromNs) / 2);
    });
  };

  /** Holds what the announcements led to against what the rules are; `false`: they are not known. */
  async check(startNs: number): Promise<boolean> {
    if (this.#unknown !== null) {
      this.#recorder.gap(this.#unknown.fromNs, this.#unknown.reason);
      return false;
    }
    await this.#readRules(({ added, removed }) => {
      const differing = [...added, ...removed].map(
        ({ service, podIP, podPort }) => `${service} → ${podIP}:${podPort}`,
      );
      if (differing.length === 0) return;
      const reason = `the rules are not what their announced changes led to: ${differing.slice(0, 5).join(', ')}`;
      this.#recorder.gap(startNs, reason);
    });
    return true;
  }

  /** Lists until no announcement came meanwhile: only then is it certain what the listing contains. */
  async #readRules(onRead: (difference: RouteDifference) => void): Promise<void> {
    const fromNs = this.#recorder.nowNs();
    try {
      for (let listing = 1; ; listing++) {
        this.#held = [];
        const text = await runOnNode(this.#onNode, this.#node, this.#rules.list);
        const changed = this.#held.some((line) => this.#rules.parseLine(line.text)?.op === 'commit');
        if (changed && listing < MAX_LISTINGS) {
          this.#release();
          continue;
        }
        this.#table.clear();
        for (const change of this.#rules.parseListing(text)) {
          if (change.op !== 'commit') this.#table.apply(change);
        }
        onRead(this.#table.commit());
        return;
      }
    } catch (error) {
      this.#unknown = { fromNs, reason: error instanceof Error ? error.message : String(error) };
    } finally {
      this.#release();
    }
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const line of held) this.onLine(line);
  }
}

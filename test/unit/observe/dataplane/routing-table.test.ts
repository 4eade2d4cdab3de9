import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import {
  iptablesRules,
  nftablesRules,
  type ProxyRules,
} from '../../../../src/observe/dataplane/proxy-rules.ts';
import {
  RoutingTable,
  type Route,
  type RouteDifference,
} from '../../../../src/observe/dataplane/routing-table.ts';

/**
 * Recorded on a node of a real cluster (Kubernetes v1.37.1, nft 1.0.6, iptables 1.8.9): what the monitor printed in
 * each step, and what the rules were after it.
 */
const STEPS = {
  deleted: '1-pod-deleted',
  zero: '2-scaled-to-zero',
  two: '3-scaled-up',
  restarted: '4-proxy-restarted',
};

describe.each([
  {
    mode: 'nftables',
    rules: nftablesRules,
    before: ['198.18.0.10', '198.18.0.8', '198.18.1.7'],
    deleted: ['- 198.18.1.7', '+ 198.18.1.9'],
    zero: ['- 198.18.0.10', '- 198.18.1.9', '- 198.18.0.8'],
    two: ['+ 198.18.0.11', '+ 198.18.1.10'],
  },
  {
    mode: 'iptables',
    rules: iptablesRules,
    before: ['198.18.64.5', '198.18.65.6', '198.18.65.7'],
    deleted: ['- 198.18.65.7', '+ 198.18.64.8'],
    zero: ['- 198.18.65.6', '- 198.18.64.5', '- 198.18.64.8'],
    two: ['+ 198.18.64.9', '+ 198.18.65.8'],
  },
])('the routing table of kube-proxy in mode $mode', ({ mode, rules, before, deleted, zero, two }) => {
  const recorded = (name: string) =>
    readFileSync(join(import.meta.dirname, 'recordings', mode, `${name}.txt`), 'utf8');
  const replayed = (table: RoutingTable, step: string) =>
    replay(table, rules, recorded(`${step}.monitor`)).flatMap(describeDifference);
  const tableBefore = (...steps: string[]) => {
    const table = new RoutingTable();
    list(table, rules, recorded('0-before.rules'));
    table.commit();
    for (const step of steps) replay(table, rules, recorded(`${step}.monitor`));
    return table;
  };

  it('lists where traffic goes, Service by Service', () => {
    const table = new RoutingTable();
    list(table, rules, recorded('0-before.rules'));
    const { added, removed } = table.commit();
    expect(added.filter(({ service }) => service === 'dp/app/tcp/')).toEqual(
      before.map((podIP): Route => ({ service: 'dp/app/tcp/', policy: 'cluster', podIP, podPort: 8080 })),
    );
    expect(new Set(added.map(({ service }) => service))).toContain('kube-system/kube-dns/udp/dns');
    expect(removed).toEqual([]);
  });

  it('tells when a deleted Pod is no longer sent to, and when its replacement is', () => {
    expect(replayed(tableBefore(), STEPS.deleted)).toEqual(deleted);
  });

  it('tells that a Service lost its last endpoint', () => {
    expect(replayed(tableBefore(STEPS.deleted), STEPS.zero)).toEqual(zero);
  });

  it('tells that a Service without endpoints has some again', () => {
    expect(replayed(tableBefore(STEPS.deleted, STEPS.zero), STEPS.two)).toEqual(two);
  });

  it('finds no change when a restarted kube-proxy rewrites all rules', () => {
    expect(replayed(tableBefore(STEPS.deleted, STEPS.zero, STEPS.two), STEPS.restarted)).toEqual([]);
  });

  it('knows after each step what a fresh listing says', () => {
    const table = tableBefore();
    for (const step of Object.values(STEPS)) {
      replay(table, rules, recorded(`${step}.monitor`));
      table.clear();
      list(table, rules, recorded(`${step}.rules`));
      expect(describeDifference(table.commit())).toEqual([]);
    }
  });

  it('comes to the same end when it is told again what a listing already contained', () => {
    const table = tableBefore(STEPS.deleted);
    replay(table, rules, recorded(`${STEPS.deleted}.monitor`));
    table.clear();
    list(table, rules, recorded(`${STEPS.deleted}.rules`));
    expect(describeDifference(table.commit())).toEqual([]);
  });
});

describe('rules of other shapes', () => {
  it('reads verdict maps with a chain for each endpoint, as kube-proxy wrote until v1.33 and does for affinity', () => {
    const lines = [
      'add rule ip kube-proxy service-SYJRWNAQ-dp/app/tcp/ numgen random mod 2 vmap { 0 : goto endpoint-AAAAAAA2-dp/app/tcp/__198.18.0.3/8080, 1 : goto endpoint-BBBBBBB2-dp/app/tcp/__198.18.1.3/8080 } # handle 9',
      '# new generation 2 by process 1 (nft)',
      'delete rule ip kube-proxy service-SYJRWNAQ-dp/app/tcp/ handle 9',
      'add rule ip kube-proxy service-SYJRWNAQ-dp/app/tcp/ numgen random mod 1 vmap { 0 : goto endpoint-BBBBBBB2-dp/app/tcp/__198.18.1.3/8080 } # handle 12',
      '# new generation 3 by process 1 (nft)',
    ];
    const differences = replay(new RoutingTable(), nftablesRules, lines.join('\n'));
    expect(differences.map(describeDifference)).toEqual([['+ 198.18.0.3', '+ 198.18.1.3'], ['- 198.18.0.3']]);
  });

  it('keeps the endpoints of policy Local apart', () => {
    const [difference] = replay(
      new RoutingTable(),
      nftablesRules,
      'add rule ip kube-proxy local-SYJRWNAQ-dp/app/tcp/http meta l4proto tcp dnat to 198.18.0.3:8080 # handle 9\n# new generation 2 by process 1 (nft)',
    );
    expect(difference?.added).toEqual([
      { service: 'dp/app/tcp/http', policy: 'local', podIP: '198.18.0.3', podPort: 8080 },
    ]);
  });

  it('takes no notice of other tables', () => {
    expect(
      nftablesRules.parseLine('add rule ip other service-SYJRWNAQ-a/b/tcp/ dnat to 198.18.0.3:80 # handle 9'),
    ).toBeNull();
  });
});

function list(table: RoutingTable, rules: ProxyRules, text: string): void {
  for (const change of rules.parseListing(text)) if (change.op !== 'commit') table.apply(change);
}

/** One difference for each commit. */
function replay(table: RoutingTable, rules: ProxyRules, text: string): RouteDifference[] {
  const differences: RouteDifference[] = [];
  for (const line of text.split('\n')) {
    const change = rules.parseLine(line);
    if (change?.op === 'commit') differences.push(table.commit());
    else if (change !== null) table.apply(change);
  }
  return differences;
}

function describeDifference({ added, removed }: RouteDifference): string[] {
  return [...removed.map(({ podIP }) => `- ${podIP}`), ...added.map(({ podIP }) => `+ ${podIP}`)];
}

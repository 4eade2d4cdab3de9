import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { NS_PER_MS } from '../../../src/model/duration.ts';
import { readClockAnchor } from '../../../src/model/wall-clock.ts';
import { observeConntrack } from '../../../src/observe/dataplane/observe-conntrack.ts';
import { observePodNetwork } from '../../../src/observe/dataplane/observe-pod-network.ts';
import { observeRoutes } from '../../../src/observe/dataplane/observe-routes.ts';
import { readProxySync } from '../../../src/observe/dataplane/read-proxy-sync.ts';
import { startWallStamps, type WallStamps } from '../../../src/observe/dataplane/wall-stamps.ts';
import { buildTools } from '../../../src/tools/build-tools.ts';
import { makeNetns, type Netns } from './dataplane-netns.ts';
import { recordingContext, type RecordingContext } from './dataplane-recording-context.ts';

const isRoot = process.getuid?.() === 0;
/** Whether connections carry the time at which the kernel saw them begin. */
const STAMPING = '/proc/sys/net/netfilter/nf_conntrack_timestamp';
const NODE_PORT = { node: 'n', servicePorts: [30080], direct: null, program: null };

/** What kube-proxy v1.37 writes for a Service with these endpoints, in nftables mode. */
const NFT_TABLE = 'add table ip kube-proxy\nadd chain ip kube-proxy service-SYJRWNAQ-dp/app/tcp/\n';
function nftTransaction(endpoints: readonly string[]): string {
  const map = endpoints.map((address, index) => `${index} : ${address} . 8080`).join(', ');
  const target =
    endpoints.length === 1
      ? `dnat to ${endpoints[0] ?? ''}:8080`
      : `dnat ip addr . port to numgen random mod ${endpoints.length} map { ${map} }`;
  const rule = `add rule ip kube-proxy service-SYJRWNAQ-dp/app/tcp/ meta l4proto tcp ${target}\n`;
  return `flush chain ip kube-proxy service-SYJRWNAQ-dp/app/tcp/\n${endpoints.length === 0 ? '' : rule}`;
}

/** The same in iptables mode, with the chains of endpoints that are gone deleted. */
function iptablesTransaction(endpoints: readonly string[], gone: readonly string[]): string {
  const chain = (address: string) => `KUBE-SEP-${address.replaceAll('.', '')}`;
  return [
    '*nat',
    ':KUBE-SVC-2J4RV2QR3BUKUWVQ - [0:0]',
    ...[...endpoints, ...gone].map((address) => `:${chain(address)} - [0:0]`),
    ...endpoints.flatMap((address) => [
      `-A KUBE-SVC-2J4RV2QR3BUKUWVQ -m comment --comment "dp/app -> ${address}:8080" -j ${chain(address)}`,
      `-A ${chain(address)} -p tcp -m comment --comment "dp/app" -m tcp -j DNAT --to-destination ${address}:8080`,
    ]),
    ...gone.map((address) => `-X ${chain(address)}`),
    'COMMIT',
    '',
  ].join('\n');
}

describe.skipIf(!isRoot)('observers of a node’s dataplane', () => {
  let program: string;
  beforeAll(async () => {
    program = (await buildTools({ names: ['conntrack-events'] }))['conntrack-events'];
  });
  let netns: Netns;
  let recording: RecordingContext;
  let stamps: WallStamps;

  beforeEach(() => {
    netns = makeNetns();
    recording = recordingContext();
    stamps = startWallStamps(recording.runStartNs, recording.context);
  });
  afterEach(() => {
    stamps.stop();
    netns.remove();
  });

  const routeTexts = () =>
    recording.events.map((event) =>
      event.type === 'endpoint-routed' ? `${event.change} ${event.service} ${event.podIP}` : event.type,
    );

  it('tell when nftables rules change, within the uncertainty, a transaction at a time', async () => {
    netns.feed(NFT_TABLE + nftTransaction(['198.18.0.3', '198.18.1.3']), 'nft', '-f', '-');
    const observer = await observeRoutes(netns.onNode, 'n', 'nftables', 'dp', recording.context);
    const beforeNs = recording.nowNs();
    netns.feed(nftTransaction(['198.18.1.3']), 'nft', '-f', '-');
    await until(() => recording.events.length === 3);
    const afterNs = recording.nowNs();
    netns.feed(nftTransaction([]), 'nft', '-f', '-');
    netns.feed(nftTransaction(['198.18.0.4', '198.18.1.4']), 'nft', '-f', '-');
    await until(() => recording.events.length === 6);
    await observer.stop();
    expect(routeTexts()).toEqual([
      'listed dp/app/tcp/ 198.18.0.3',
      'listed dp/app/tcp/ 198.18.1.3',
      'removed dp/app/tcp/ 198.18.0.3',
      'removed dp/app/tcp/ 198.18.1.3',
      'added dp/app/tcp/ 198.18.0.4',
      'added dp/app/tcp/ 198.18.1.4',
    ]);
    const [, , removed, , ...added] = recording.events;
    expect(removed?.atNs).toBeGreaterThan(beforeNs);
    expect(removed?.atNs).toBeLessThan(afterNs);
    expect(added[0]?.atNs).toBe(added[1]?.atNs);
  });

  it('tell when iptables rules change, and name the Service as in nftables mode', async () => {
    netns.feed(iptablesTransaction(['198.18.0.3', '198.18.1.3'], []), 'iptables-restore', '--noflush');
    const observer = await observeRoutes(netns.onNode, 'n', 'iptables', 'dp', recording.context);
    netns.feed(iptablesTransaction(['198.18.1.3'], ['198.18.0.3']), 'iptables-restore', '--noflush');
    await until(() => recording.events.length === 3);
    await observer.stop();
    expect(routeTexts()).toEqual([
      'listed dp/app/tcp/ 198.18.0.3',
      'listed dp/app/tcp/ 198.18.1.3',
      'removed dp/app/tcp/ 198.18.0.3',
    ]);
  });

  it('poll where iptables is of the old kind, and say how exactly they know', async () => {
    const legacy = (_node: string, command: readonly string[]): [string, ...string[]] =>
      netns.onNode('n', command[0] === 'iptables' ? ['echo', 'iptables v1.8.9 (legacy)'] : command);
    const restore = ['iptables-legacy-restore', '--noflush'];
    netns.feed(iptablesTransaction(['198.18.0.3', '198.18.1.3'], []), ...restore);
    const observer = await observeRoutes(legacy, 'n', 'iptables', 'dp', recording.context);
    const beforeNs = recording.nowNs();
    netns.feed(iptablesTransaction(['198.18.1.3'], ['198.18.0.3']), ...restore);
    const afterNs = recording.nowNs();
    await until(() => recording.events.length === 3);
    await observer.stop();
    expect(routeTexts()[2]).toBe('removed dp/app/tcp/ 198.18.0.3');
    const { atNs = 0, uncertaintyNs = 0 } = recording.events[2] ?? {};
    expect(atNs - uncertaintyNs).toBeLessThan(afterNs);
    expect(atNs + uncertaintyNs).toBeGreaterThan(beforeNs);
  });

  it('find what changed while the monitor was dead, as exactly as can be known', async () => {
    netns.feed(NFT_TABLE + nftTransaction(['198.18.0.3', '198.18.1.3']), 'nft', '-f', '-');
    // The monitor's second start is held up, for a change to happen meanwhile.
    let starts = 0;
    const onNode = (node: string, command: readonly string[]): [string, ...string[]] => {
      const monitors = command.includes('monitor');
      if (monitors) starts += 1;
      return netns.onNode(
        node,
        monitors && starts > 1 ? ['sh', '-c', 'sleep 0.3; exec "$@"', 'sh', ...command] : command,
      );
    };
    const observer = await observeRoutes(onNode, 'n', 'nftables', 'dp', recording.context);
    execFileSync('sh', [
      '-c',
      `kill -9 $(ip netns pids ${netns.name} | xargs ps -o pid=,comm= -p | awk '$2=="nft"{print $1}')`,
    ]);
    await until(() => starts === 2);
    netns.feed(nftTransaction(['198.18.1.3']), 'nft', '-f', '-');
    const changedNs = recording.nowNs();
    await until(() => recording.events.length === 4);
    await observer.stop();
    expect(routeTexts()).toEqual([
      'listed dp/app/tcp/ 198.18.0.3',
      'listed dp/app/tcp/ 198.18.1.3',
      'observation-gap',
      'removed dp/app/tcp/ 198.18.0.3',
    ]);
    const { atNs = 0, uncertaintyNs = 0 } = recording.events[3] ?? {};
    expect(Math.abs(atNs - changedNs)).toBeLessThan(uncertaintyNs);
  });

  it('say that rules cannot be seen where kube-proxy has none, or a mode of its own', async () => {
    await (await observeRoutes(netns.onNode, 'n', 'nftables', 'dp', recording.context)).stop();
    await (await observeRoutes(netns.onNode, 'n', 'ipvs', 'dp', recording.context)).stop();
    expect(recording.events).toEqual([
      expect.objectContaining({
        type: 'observation-gap',
        reason: expect.stringContaining('No such file') as unknown,
      }),
      expect.objectContaining({
        type: 'observation-gap',
        reason: expect.stringContaining('ipvs') as unknown,
      }),
    ]);
  });

  it('find iptables rules of the kind that kube-proxy writes, whichever kind the command is', async () => {
    const kube = '*nat\n:KUBE-SERVICES - [0:0]\nCOMMIT\n';
    const lies = (version: string) => (_node: string, command: readonly string[]) =>
      netns.onNode('n', command[1] === '-V' ? ['echo', version] : command);
    const listed = async (version: string) => {
      const observer = await observeRoutes(lies(version), 'n', 'iptables', 'dp', recording.context);
      await observer.stop();
      return routeTexts().splice(0);
    };
    netns.feed(kube + iptablesTransaction(['198.18.0.3'], []), 'iptables-nft-restore', '--noflush');
    expect(await listed('iptables v1.8.9 (legacy)')).toEqual(['listed dp/app/tcp/ 198.18.0.3']);
    netns.run('nft', 'flush', 'ruleset');
    recording.events.length = 0;
    netns.feed(kube + iptablesTransaction(['198.18.0.4'], []), 'iptables-legacy-restore', '--noflush');
    expect(await listed('iptables v1.8.9 (nf_tables)')).toEqual(['listed dp/app/tcp/ 198.18.0.4']);
  });

  it('say that they never saw a rule of the Service, where others have some', async () => {
    netns.feed(NFT_TABLE + nftTransaction(['198.18.0.3']), 'nft', '-f', '-');
    await (await observeRoutes(netns.onNode, 'n', 'nftables', 'elsewhere', recording.context)).stop();
    netns.feed(iptablesTransaction(['198.18.0.3'], []), 'iptables-legacy-restore', '--noflush');
    const legacy = (_node: string, command: readonly string[]) =>
      netns.onNode('n', command[1] === '-V' ? ['echo', 'iptables v1.8.9 (legacy)'] : command);
    await (await observeRoutes(legacy, 'n', 'iptables', 'elsewhere', recording.context)).stop();
    expect(recording.events).toMatchObject([
      {
        type: 'observation-gap',
        observer: 'routes of n',
        reason: expect.stringMatching(/ip kube-proxy.* never had a rule .* of elsewhere/) as unknown,
      },
      {
        type: 'observation-gap',
        observer: 'routes of n',
        reason: expect.stringMatching(/iptables-legacy-save.* never had a rule/) as unknown,
      },
    ]);
  });

  it('say that Pods on a bridge are not seen to lose their network', async () => {
    netns.run('ip', 'link', 'add', 'cni0', 'type', 'bridge');
    netns.run('ip', 'link', 'add', 'veth1', 'type', 'veth', 'peer', 'name', 'pod1');
    netns.run('ip', 'link', 'set', 'veth1', 'up', 'master', 'cni0');
    netns.run('ip', 'link', 'set', 'pod1', 'up');
    netns.run('ip', 'address', 'add', '198.18.0.9/32', 'dev', 'pod1');
    netns.run('ip', 'route', 'flush', 'table', 'main');
    await (await observePodNetwork(netns.onNode, 'n', stamps, recording.context)).stop();
    expect(recording.events).toMatchObject([
      {
        type: 'observation-gap',
        observer: 'Pod network of n',
        reason: expect.stringContaining('makes no route for each Pod (links without one: veth1)') as unknown,
      },
    ]);
  });

  it.each([
    { by: 'conntrack(8)', kernelStamps: false, uncertaintyMs: 1.5, state: 'SYN_SENT' },
    { by: 'conntrack-events', kernelStamps: false, uncertaintyMs: 1.5, state: null },
    { by: 'conntrack-events', kernelStamps: true, uncertaintyMs: 0.5, state: null },
  ])(
    'tell to which Pod a client port was sent, at the time of its first packet: $by, stamps of the kernel: $kernelStamps',
    async ({ by, kernelStamps, uncertaintyMs, state }) => {
      netns.run('sh', '-c', `echo ${kernelStamps ? 1 : 0} > ${STAMPING}`);
      const watched = { ...NODE_PORT, program: by === 'conntrack-events' ? program : null };
      const pod = makePod(netns);
      onTestFinished(() => {
        pod.remove();
      });
      netns.feed(
        'table ip t { chain o { type nat hook output priority -100; ip daddr 198.18.77.1 tcp dport { 30080, 30081 } dnat to 198.18.77.2:8080; }; }\n',
        'nft',
        '-f',
        '-',
      );
      const server = inNetns(
        pod,
        `require('http').createServer((q, r) => r.end('ok')).listen(8080, () => console.log('up'))`,
      );
      onTestFinished(() => void server.kill('SIGKILL'));
      await once(server.stdout, 'data');
      const observer = await observeConntrack(netns.onNode, watched, stamps, recording.context);
      const beforeNs = recording.nowNs();
      const client = inNetns(
        netns,
        `const http = require('http');
       const get = (port) => new Promise((done, fail) => http.get({ host: '198.18.77.1', port, agent: false },
         (r) => { const { localPort } = r.socket; r.resume().on('end', () => done(localPort)); }).on('error', fail));
       get(30081).then(() => get(30080)).then(console.log);`,
      );
      const [printed] = (await once(client.stdout, 'data')) as [Buffer];
      const afterNs = recording.nowNs();
      await until(() => recording.events.length > 0);
      await observer.stop();
      expect(recording.events).toEqual([
        {
          type: 'conntrack',
          source: 'conntrack',
          atNs: expect.any(Number) as unknown,
          uncertaintyNs: uncertaintyMs * NS_PER_MS,
          node: 'n',
          change: 'new',
          clientAddress: '198.18.77.1',
          clientPort: Number(printed.toString()),
          serviceAddress: '198.18.77.1',
          servicePort: 30080,
          podIP: '198.18.77.2',
          podPort: 8080,
          seenAddress: '198.18.77.1',
          seenPort: Number(printed.toString()),
          state,
        },
      ]);
      const atNs = recording.events[0]?.atNs ?? 0;
      expect(atNs).toBeGreaterThan(beforeNs);
      // Who stamps by itself does so when its turn has come; the kernel when the packet passes.
      expect(atNs).toBeLessThan(kernelStamps ? afterNs : recording.nowNs());
    },
  );

  it('tell what goes to a Pod directly, of the clients that are asked for only', async () => {
    const pod = makePod(netns);
    onTestFinished(() => {
      pod.remove();
    });
    const server = inNetns(
      pod,
      `require('http').createServer((q, r) => r.end('ok')).listen(8080, () => console.log('up'))`,
    );
    onTestFinished(() => void server.kill('SIGKILL'));
    await once(server.stdout, 'data');
    // Nothing is tracked where no rule asks for it.
    netns.feed(
      'table ip t { chain o { type filter hook output priority 0; ct state new accept; }; }\n',
      'nft',
      '-f',
      '-',
    );
    const watch = (client: string) =>
      observeConntrack(
        netns.onNode,
        { ...NODE_PORT, direct: { port: 8080, clients: [client] }, program },
        stamps,
        recording.context,
      );
    const [asked, other] = [await watch('198.18.77.1'), await watch('198.18.77.9')];
    const client = inNetns(
      netns,
      `require('http').get('http://198.18.77.2:8080', (r) => r.resume().on('end', () => console.log('done')))`,
    );
    await once(client.stdout, 'data');
    await until(() => recording.events.length > 0);
    await asked.stop();
    await other.stop();
    expect(recording.events).toEqual([
      expect.objectContaining({ type: 'conntrack', clientAddress: '198.18.77.1', podIP: '198.18.77.2' }),
    ]);
  });

  it('are as unsure of a connection’s time as this process was held up when it heard of it', async () => {
    const heldUp = { ...recording.context, heldUpNs: () => 40 * NS_PER_MS };
    const observer = await observeConntrack(netns.onNode, NODE_PORT, stamps, heldUp);
    const flow = ['-s', '198.18.77.1', '-d', '198.18.77.2', '--sport', '1024', '--dport', '30080'];
    const more = ['--state', 'SYN_SENT', '-t', '60', '--dst-nat', '198.18.77.3'];
    netns.run('conntrack', '-I', '-p', 'tcp', ...flow, ...more);
    await until(() => recording.events.length > 0);
    await observer.stop();
    expect(recording.events).toMatchObject([{ type: 'conntrack', uncertaintyNs: 41.5 * NS_PER_MS }]);
  });

  it.each([
    { by: 'conntrack(8)', comm: 'conntrack' },
    { by: 'conntrack-events', comm: 'conntrack-event' },
  ])('say that connections were missed when the kernel had to drop events: $by', async ({ by, comm }) => {
    const watched = { ...NODE_PORT, program: by === 'conntrack-events' ? program : null };
    const observer = await observeConntrack(netns.onNode, watched, stamps, recording.context);
    const pid = execFileSync('ip', ['netns', 'pids', netns.name])
      .toString()
      .trim()
      .split('\n')
      .find((candidate) => execFileSync('ps', ['-o', 'comm=', '-p', candidate]).toString().trim() === comm);
    process.kill(Number(pid), 'SIGSTOP');
    const entries = Array.from(
      { length: 60_000 },
      (_, index) =>
        `-I -p tcp -s 198.18.77.1 -d 198.18.77.${2 + (index >> 14)} --sport ${1024 + (index & 16383)} --dport 30080 --state ESTABLISHED -t 60\n`,
    );
    const folder = mkdtempSync(join(tmpdir(), 'drainbench-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    writeFileSync(join(folder, 'entries'), entries.join(''));
    netns.run('conntrack', '-R', join(folder, 'entries'));
    process.kill(Number(pid), 'SIGCONT');
    await until(() => recording.events.some(({ type }) => type === 'observation-gap'));
    await observer.stop();
    expect(recording.events.find(({ type }) => type === 'observation-gap')).toMatchObject({
      observer: 'conntrack of n',
      reason: expect.stringContaining('ENOBUFS') as unknown,
    });
  });

  it('say that connections are tracked but not announced, where the node’s kernel was told so', async () => {
    const announce = (value: number) =>
      netns.run('sh', '-c', `echo ${value} > /proc/sys/net/netfilter/nf_conntrack_events`);
    announce(0);
    const deaf = await observeConntrack(netns.onNode, NODE_PORT, stamps, recording.context);
    await deaf.stop();
    announce(1);
    const deafened = await observeConntrack(netns.onNode, NODE_PORT, stamps, recording.context);
    announce(0);
    await deafened.stop();
    const gap = expect.objectContaining({
      type: 'observation-gap',
      source: 'conntrack',
      observer: 'conntrack of n',
      reason: expect.stringContaining('nf_conntrack_events is 0') as unknown,
    }) as unknown;
    expect(recording.events).toEqual([gap, gap]);
  });

  it('say which command is missing, each of them, where the node has none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'drainbench-bare-path-'));
    onTestFinished(() => {
      rmSync(folder, { recursive: true });
    });
    for (const command of ['sh', 'env', 'readlink', 'sleep'])
      symlinkSync(which(command), join(folder, command));
    const bare = (node: string, command: readonly string[]): [string, ...string[]] =>
      netns.onNode(node, [which('env'), `PATH=${folder}`, ...command]);
    const { context, events } = recording;
    for (const observer of [
      await observeRoutes(bare, 'n', 'nftables', 'dp', context),
      await observeRoutes(bare, 'n', 'iptables', 'dp', context),
      await observeConntrack(bare, NODE_PORT, stamps, context),
      await observePodNetwork(bare, 'n', stamps, context),
    ])
      await observer.stop();
    await readProxySync(bare, 'n', readClockAnchor(), recording.runStartNs, context);
    expect(events.map((event) => (event.type === 'observation-gap' ? event.observer : event.type))).toEqual([
      'routes of n',
      'routes of n',
      'conntrack of n',
      'Pod network of n',
      'kube-proxy metrics of n',
    ]);
    const reasons = events.map((event) => (event.type === 'observation-gap' ? event.reason : ''));
    for (const [index, command] of ['nft', 'iptables', 'conntrack', 'ip', 'curl'].entries())
      expect(reasons[index]).toMatch(new RegExp(`\\b${command}\\b.*(not found|No such file)`));
  });

  it('tell when a Pod’s network is up and when it is released with its namespace', async () => {
    const observer = await observePodNetwork(netns.onNode, 'n', stamps, recording.context);
    const pod = makePod(netns);
    await until(() => recording.events.length === 1);
    pod.remove();
    await until(() => recording.events.length === 2);
    await observer.stop();
    expect(recording.events).toMatchObject([
      { type: 'pod-network', node: 'n', change: 'up', podIP: '198.18.77.2' },
      { type: 'pod-network', node: 'n', change: 'released', podIP: '198.18.77.2' },
    ]);
  });

  it('say of a Pod’s network that changed without being announced', async () => {
    // Deaf to routes and links, as a monitor is whose events got lost.
    const deaf = (_node: string, command: readonly string[]) =>
      netns.onNode(
        'n',
        command
          .map((word) => (word === 'route' && command.includes('monitor') ? 'neigh' : word))
          .filter((word) => !(word === 'link' && command.includes('monitor'))),
      );
    const gone = makePod(netns);
    const observer = await observePodNetwork(deaf, 'n', stamps, recording.context);
    gone.remove();
    await until(() => !netns.run('ip', '-4', 'route').includes('198.18.77.2'));
    await observer.stop();
    expect(recording.events).toMatchObject([
      {
        type: 'observation-gap',
        observer: 'Pod network of n',
        reason: 'changes of routes to Pods were not announced: 198.18.77.2',
      },
    ]);
  });

  it('say that kube-proxy’s metrics cannot be had where nobody listens', async () => {
    await readProxySync(netns.onNode, 'n', readClockAnchor(), recording.runStartNs, recording.context);
    expect(recording.events).toMatchObject([
      {
        type: 'observation-gap',
        observer: 'kube-proxy metrics of n',
        reason: expect.stringContaining('10249') as unknown,
      },
    ]);
  });
});

function which(command: string): string {
  return execFileSync('sh', ['-c', `command -v ${command}`])
    .toString()
    .trim();
}

/** A Pod's namespace with the veth and the host route that the CNI plugin ptp makes. */
function makePod(node: Netns): Netns {
  const pod = makeNetns();
  node.run('ip', 'link', 'add', 'vethpod', 'type', 'veth', 'peer', 'name', 'eth0', 'netns', pod.name);
  node.run('ip', 'address', 'add', '198.18.77.1/32', 'dev', 'vethpod');
  node.run('ip', 'link', 'set', 'vethpod', 'up');
  pod.run('ip', 'address', 'add', '198.18.77.2/32', 'dev', 'eth0');
  pod.run('ip', 'link', 'set', 'eth0', 'up');
  pod.run('ip', 'route', 'add', '198.18.77.1', 'dev', 'eth0', 'scope', 'link');
  node.run('ip', 'route', 'add', '198.18.77.2/32', 'dev', 'vethpod', 'scope', 'host');
  return pod;
}

function inNetns(netns: Netns, script: string) {
  const [file, ...args] = netns.onNode('n', [process.execPath, '-e', script]);
  return spawn(file, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(5);
}

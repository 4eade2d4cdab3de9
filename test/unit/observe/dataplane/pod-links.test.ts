import { expect, it } from 'vitest';

import { parseIpMonitor, PodLinks } from '../../../../src/observe/dataplane/pod-links.ts';

/** Recorded when a Pod was deleted and its replacement started on the same node. */
const RECORDED = `[2026-11-21T09:03:22.203467] 5: vethe587534c@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noqueue state DOWN group default \\    link/ether 96:96:21:ee:ec:c9 brd ff:ff:ff:ff:ff:ff
[2026-11-21T09:03:22.205170] Deleted local 198.18.0.1 dev vethe587534c table local proto kernel scope host src 198.18.0.1 
[2026-11-21T09:03:22.205262] Deleted 5: vethe587534c@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \\    link/ether 96:96:21:ee:ec:c9 brd ff:ff:ff:ff:ff:ff
[2026-11-21T09:03:22.357764] 6: veth9c5e6b46@NONE: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN group default \\    link/ether 52:1e:6d:83:dc:9d brd ff:ff:ff:ff:ff:ff
[2026-11-21T09:03:22.358315] 6: veth9c5e6b46@if2: <NO-CARRIER,BROADCAST,MULTICAST,UP> mtu 1500 qdisc noqueue state DOWN group default \\    link/ether 52:1e:6d:83:dc:9d brd ff:ff:ff:ff:ff:ff link-netns cni-2039a6a9-3c8d-67e3-96bf-7e8d70349f29
[2026-11-21T09:03:22.358847] local 198.18.0.1 dev veth9c5e6b46 table local proto kernel scope host src 198.18.0.1 
[2026-11-21T09:03:22.358852] 198.18.0.5 dev veth9c5e6b46 scope host `;

const ROUTES = `default via 198.18.16.1 dev eth0 
unreachable 198.18.0.0/24 
198.18.0.3 dev veth38a04346 scope host 
198.18.0.4 dev vethe587534c scope host 
198.18.1.0/24 via 198.18.16.12 dev eth0 
198.18.16.0/24 dev eth0 proto kernel scope link src 198.18.16.11 
`;

const textOf = (line: string): string => parseIpMonitor(line)?.text ?? '';

function linksOf(routes: string): PodLinks {
  const links = new PodLinks();
  links.replace(routes);
  return links;
}

it('a Pod’s network is released when its link goes down, once, and up when its route appears', () => {
  const links = linksOf(ROUTES);
  const changes = RECORDED.split('\n').flatMap((line) => {
    const { wallMs, text } = parseIpMonitor(line) ?? { wallMs: 0, text: '' };
    return links.apply(text).map((change) => ({ wallMs, ...change }));
  });
  expect(changes).toEqual([
    { wallMs: Date.UTC(2026, 10, 21, 9, 3, 22, 203) + 0.467, change: 'released', podIP: '198.18.0.4' },
    { wallMs: Date.UTC(2026, 10, 21, 9, 3, 22, 358) + 0.852, change: 'up', podIP: '198.18.0.5' },
  ]);
});

it('only host routes are taken for Pods', () => {
  expect(new PodLinks().replace(ROUTES)).toEqual([
    { change: 'up', podIP: '198.18.0.3' },
    { change: 'up', podIP: '198.18.0.4' },
  ]);
});

it('a fresh listing shows what came and went unseen', () => {
  const links = linksOf(ROUTES);
  expect(
    links.replace('198.18.0.4 dev vethe587534c scope host \n198.18.0.9 dev vethnew scope host \n'),
  ).toEqual([
    { change: 'released', podIP: '198.18.0.3' },
    { change: 'up', podIP: '198.18.0.9' },
  ]);
});

it('what was announced while a listing, which may be older, was on its way is kept', () => {
  const links = linksOf('198.18.0.4 dev vethe587534c scope host \n');
  expect(
    links.replace('198.18.0.4 dev vethe587534c scope host \n', RECORDED.split('\n').map(textOf)),
  ).toEqual([
    { change: 'released', podIP: '198.18.0.4' },
    { change: 'up', podIP: '198.18.0.5' },
  ]);
  expect(links.missedBy('198.18.0.5 dev veth9c5e6b46 scope host \n')).toEqual([]);
});

it('a later listing names the addresses of which it tells what was never announced', () => {
  const links = linksOf(ROUTES);
  expect(links.missedBy(ROUTES)).toEqual([]);
  const later = ROUTES.replace('198.18.0.4 dev vethe587534c', '198.18.0.4 dev vethother');
  expect(links.missedBy(later)).toEqual(['198.18.0.4']);
  expect(links.missedBy('198.18.0.4 dev vethe587534c scope host \n')).toEqual(['198.18.0.3']);
  expect(links.missedBy(`${ROUTES}198.18.0.9 dev vethnew scope host \n`)).toEqual(['198.18.0.9']);
});

it('a route that is deleted while its link stays releases the Pod’s network', () => {
  const links = linksOf(ROUTES);
  expect(links.apply('Deleted 198.18.0.3 dev veth38a04346 scope host ')).toEqual([
    { change: 'released', podIP: '198.18.0.3' },
  ]);
  expect(links.apply('Deleted 198.18.0.3 dev veth38a04346 scope host ')).toEqual([]);
});

it('an address that comes up on another link is released by the Pod that had it, and not again when its link goes', () => {
  const links = linksOf(ROUTES);
  expect(links.apply('198.18.0.4 dev veth9c5e6b46 scope host ')).toEqual([
    { change: 'released', podIP: '198.18.0.4' },
    { change: 'up', podIP: '198.18.0.4' },
  ]);
  expect(links.apply('Deleted 5: vethe587534c@NONE: <BROADCAST,MULTICAST> mtu 1500')).toEqual([]);
  expect(links.apply('Deleted 6: veth9c5e6b46@NONE: <BROADCAST,MULTICAST> mtu 1500')).toEqual([
    { change: 'released', podIP: '198.18.0.4' },
  ]);
});

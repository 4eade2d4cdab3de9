import { describe, expect, it } from 'vitest';

import { requireReach } from '../../../src/run/require-reach.ts';

const HOST = { name: 'api', from: 'host' } as const;
const INSIDE = { name: 'inner', from: 'inside' } as const;
const check =
  (nodePorts: 'published' | 'unreachable' | undefined, ...loads: (typeof HOST | typeof INSIDE)[]) =>
  () =>
    requireReach(loads, { name: 'theirs', ...(nodePorts === undefined ? {} : { nodePorts }) });

describe('a cluster whose NodePorts this host does not reach', () => {
  it('takes no load from the host, and says which ones those are', () => {
    expect(check('unreachable', HOST, INSIDE)).toThrow(
      expect.objectContaining({ code: 'nodeport-unreachable', found: 'loads from this host: api' }),
    );
  });

  it('takes loads that run inside', () => {
    expect(check('unreachable', INSIDE)).not.toThrow();
  });
});

it('every other cluster takes loads from the host and from inside', () => {
  for (const way of ['published', undefined] as const) expect(check(way, HOST, INSIDE)).not.toThrow();
});

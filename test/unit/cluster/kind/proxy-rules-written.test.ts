import { describe, expect, it } from 'vitest';

import { proxyIsSynced } from '../../../../src/cluster/kind/proxy-is-synced.ts';

const metrics = (
  synced: number,
  queued: number,
) => `# TYPE kubeproxy_sync_proxy_rules_last_timestamp_seconds gauge
kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} ${queued}
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} ${synced}
`;

describe('whether kube-proxy has written its rules', () => {
  it('is so once it has synced after the last change that it heard of', () => {
    expect(proxyIsSynced(metrics(1.79e9 + 2, 1.79e9 + 1))).toBe(true);
  });

  it('is not so before the first sync, nor while a change waits', () => {
    expect(proxyIsSynced(metrics(0, 1.79e9))).toBe(false);
    expect(proxyIsSynced(metrics(1.79e9, 1.79e9 + 1))).toBe(false);
  });

  it('is not so while it tells nothing at all', () => {
    expect(proxyIsSynced('')).toBe(false);
  });
});

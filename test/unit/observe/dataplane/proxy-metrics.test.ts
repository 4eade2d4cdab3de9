import { expect, it } from 'vitest';

import { parseProxyMetrics } from '../../../../src/observe/dataplane/proxy-metrics.ts';

/** From kube-proxy v1.37.1. */
const METRICS = `# HELP kubeproxy_sync_proxy_rules_duration_seconds [BETA] SyncProxyRules latency in seconds
kubeproxy_network_programming_duration_seconds_count{ip_family="IPv4"} 15
kubeproxy_sync_full_proxy_rules_duration_seconds_count{ip_family="IPv4"} 1
kubeproxy_sync_proxy_rules_duration_seconds_bucket{ip_family="IPv4",le="0.001"} 0
kubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family="IPv4"} 0.6701170630000001
kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family="IPv4"} 16
kubeproxy_sync_proxy_rules_duration_seconds_sum{ip_family="IPv6"} 0.029949332
kubeproxy_sync_proxy_rules_duration_seconds_count{ip_family="IPv6"} 1
kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv4"} 1.795251811993095e+09
kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds{ip_family="IPv6"} 1.7952516292641966e+09
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv4"} 1.7952518126082468e+09
kubeproxy_sync_proxy_rules_last_timestamp_seconds{ip_family="IPv6"} 1.79525162943949e+09
`;

it('parseProxyMetrics reads the syncs of IPv4', () => {
  expect(parseProxyMetrics(METRICS)).toEqual({
    lastSyncSeconds: 1795251812.6082468,
    lastQueuedSeconds: 1795251811.993095,
    syncs: 16,
    syncSeconds: 0.6701170630000001,
    fullSyncs: 1,
  });
});

it('parseProxyMetrics reads versions without a family, and says what they do not tell', () => {
  const older = METRICS.split('\n')
    .filter((line) => !line.includes('IPv6') && !line.includes('full'))
    .join('\n')
    .replaceAll('{ip_family="IPv4"}', '');
  expect(parseProxyMetrics(older)).toMatchObject({ syncs: 16, fullSyncs: null });
});

it('parseProxyMetrics names the metric that is missing', () => {
  expect(() => parseProxyMetrics('')).toThrow('kubeproxy_sync_proxy_rules_last_timestamp_seconds');
});

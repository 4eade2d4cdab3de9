/** What kube-proxy's metrics tell about its syncs (IPv4). */
export interface ProxyMetrics {
  /** Wall clock, s since the epoch, with fractions. */
  readonly lastSyncSeconds: number;
  readonly lastQueuedSeconds: number;
  /** Since kube-proxy started. */
  readonly syncs: number;
  readonly syncSeconds: number;
  /** `null` where this version does not tell. */
  readonly fullSyncs: number | null;
}

/**
 * Reads kube-proxy's answer to GET /metrics; with or without the label `ip_family`, which older versions do not have.
 * @throws Error when a metric is missing that every version has
 */
export function parseProxyMetrics(text: string): ProxyMetrics {
  const values = new Map<string, number>();
  for (const line of text.split('\n')) {
    const found = /^kubeproxy_(sync_\w+)(?:\{ip_family="IPv4"\})? ([-+.\deE]+)$/.exec(line);
    if (found !== null) values.set(found[1] ?? '', Number(found[2]));
  }
  const value = (name: string): number => {
    const found = values.get(name);
    if (found === undefined) throw new Error(`kube-proxy's metrics have no kubeproxy_${name} for IPv4`);
    return found;
  };
  return {
    lastSyncSeconds: value('sync_proxy_rules_last_timestamp_seconds'),
    lastQueuedSeconds: value('sync_proxy_rules_last_queued_timestamp_seconds'),
    syncs: value('sync_proxy_rules_duration_seconds_count'),
    syncSeconds: value('sync_proxy_rules_duration_seconds_sum'),
    fullSyncs: values.get('sync_full_proxy_rules_duration_seconds_count') ?? null,
  };
}

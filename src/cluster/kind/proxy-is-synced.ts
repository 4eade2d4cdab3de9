/**
 * Reads in kube-proxy's metrics whether it has synced, and after the last change that it heard of. A version that does
 * not tell these times is believed.
 */
export function proxyIsSynced(metrics: string): boolean {
  const newest = (name: string) =>
    Math.max(
      ...[...metrics.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))].map(([, at]) =>
        Number(at),
      ),
    );
  const synced = newest('kubeproxy_sync_proxy_rules_last_timestamp_seconds');
  const queued = newest('kubeproxy_sync_proxy_rules_last_queued_timestamp_seconds');
  if (synced === -Infinity) return metrics.includes('kubeproxy_');
  return synced > 0 && synced >= queued;
}

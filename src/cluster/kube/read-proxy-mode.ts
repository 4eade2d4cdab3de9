import { CoreV1Api, type KubeConfig } from '@kubernetes/client-node';

import { apiClient } from './api-client.ts';

/**
 * kube-proxy's mode. kubeadm and kind keep its configuration in a ConfigMap; elsewhere, without the right, or where there
 * is no kube-proxy, it is `unknown`.
 */
export async function readProxyMode(kubeConfig: KubeConfig, signal: AbortSignal): Promise<string> {
  const config = await apiClient(kubeConfig, CoreV1Api, signal)
    .readNamespacedConfigMap({ name: 'kube-proxy', namespace: 'kube-system' })
    .catch(() => null);
  signal.throwIfAborted();
  const text = Object.values(config?.data ?? {}).join('\n');
  const mode = /^mode: *"?([a-z]*)"?/m.exec(text)?.[1];
  if (mode === undefined) return 'unknown';
  // An empty mode is kube-proxy's own default on Linux.
  return mode === '' ? 'iptables' : mode;
}

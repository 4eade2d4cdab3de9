import { KubeConfig } from '@kubernetes/client-node';

import { keepConnections } from './keep-connections.ts';

/** Reads a kubeconfig file; only its current context is used. */
export function loadKubeConfig(path: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(path);
  keepConnections(kubeConfig);
  return kubeConfig;
}

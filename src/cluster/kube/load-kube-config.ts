import { KubeConfig } from '@kubernetes/client-node';

/** Reads a kubeconfig file; only its current context is used. */
export function loadKubeConfig(path: string): KubeConfig {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(path);
  return kubeConfig;
}

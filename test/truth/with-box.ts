import { homedir } from 'node:os';

import type { Cluster } from '../../src/cluster/cluster.ts';
import { nodeAppImage } from '../../src/image/node-app-image.ts';
import { cacheRoot } from '../../src/model/cache-root.ts';
import { loadKubeConfig } from '../../src/cluster/kube/load-kube-config.ts';
import { openEmbedded } from '../../src/run/open/open-embedded.ts';
import { packageVersion } from '../../src/cli/package-version.ts';
import { SCRIPTED_IMAGE } from './app-manifest.ts';
import { makeStrangersNamespace } from './stranger.ts';

/** Runs `use` on a box of two nodes that has the scripted servers' image; the box goes with it. */
export async function withBox<T>(
  proxyMode: 'nftables' | 'iptables',
  { signal, onStep }: { readonly signal: AbortSignal; readonly onStep: (message: string) => void },
  use: (cluster: Cluster, versions: Readonly<Record<string, string>>) => Promise<T>,
): Promise<T> {
  const opened = await openEmbedded({
    spec: { driver: 'embedded', nodes: 2, proxyMode, nodeAgent: 'never', podSecurity: 'baseline' },
    existingName: null,
    expected: null,
    ownName: `truth-${process.pid}`,
    signal,
    onToolProgress: () => undefined,
    onStep,
  });
  const { cluster, kubernetesVersion } = opened;
  try {
    const image = await nodeAppImage(
      {
        reference: SCRIPTED_IMAGE,
        appDir: new URL('app', import.meta.url).pathname,
        config: { entrypoint: ['node', '/app/main.js'], user: '65532' },
      },
      { cacheDir: cacheRoot(process.env, homedir()), signal },
    );
    await cluster.loadImage(image.path, signal);
    await makeStrangersNamespace({ kubeConfig: loadKubeConfig(cluster.kubeconfigPath), signal });
    const versions = { drainbench: packageVersion(), node: process.version, kubernetes: kubernetesVersion };
    return await use(cluster, versions);
  } finally {
    await opened.close();
  }
}

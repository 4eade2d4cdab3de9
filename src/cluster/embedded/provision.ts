import { homedir } from 'node:os';
import { dirname } from 'node:path';

import { corednsImage } from '../../image/coredns-image.ts';
import { pauseImage } from '../../image/pause-image.ts';
import { cacheRoot } from '../../model/cache-root.ts';
import { buildTools } from '../../tools/build-tools.ts';
import type { ToolName } from '../../tools/tool-paths.ts';
import type { ToolProgress } from '../../tools/tool-progress.ts';
import type { UpOptions } from './up.ts';

/** The tools that a box is made of. */
export const BOX_TOOLS = [
  'pause',
  'conntrack-events',
  'cni',
  'runc',
  'etcd',
  'containerd',
  'coredns',
  'kubernetes',
] as const satisfies readonly ToolName[];

/** Builds what is missing of a box's programs and images, and returns where they are. Warm, it takes milliseconds. */
export async function provisionBox(
  signal: AbortSignal,
  onProgress: (progress: ToolProgress) => void,
): Promise<Pick<UpOptions, 'tools' | 'images' | 'kubernetesVersion'>> {
  let kubernetesVersion = '';
  const paths = await buildTools({
    names: BOX_TOOLS,
    signal,
    onProgress: (progress) => {
      if (progress.tool === 'kubernetes') kubernetesVersion = progress.version;
      onProgress(progress);
    },
  });
  const cache = { cacheDir: cacheRoot(process.env, homedir()), signal };
  const images = await Promise.all([pauseImage(paths.pause, cache), corednsImage(paths.coredns, cache)]);
  return {
    kubernetesVersion,
    tools: {
      pause: dirname(paths.pause),
      'conntrack-events': dirname(paths['conntrack-events']),
      cni: dirname(paths.ptp),
      runc: dirname(paths.runc),
      etcd: dirname(paths.etcd),
      containerd: dirname(paths.containerd),
      kubernetes: dirname(paths.kubelet),
    },
    images: images.map((image) => image.path),
  };
}

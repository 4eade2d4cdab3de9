import { Resolver } from 'node:dns/promises';
import { CoreV1Api } from '@kubernetes/client-node';

import { apiClient } from '../../src/cluster/kube/api-client.ts';
import type { DisruptionContext } from '../../src/disrupt/disruption-context.ts';

type Asker = Pick<DisruptionContext, 'kubeConfig' | 'namespace' | 'trialId' | 'signal'>;

/** What the cluster's name server itself says of the trial's headless Service. */
export async function askHeadlessName(asker: Asker): Promise<'known' | 'unknown' | 'silence'> {
  const core = apiClient(asker.kubeConfig, CoreV1Api, asker.signal);
  const { items } = await core.listNamespacedService({
    namespace: 'kube-system',
    labelSelector: 'k8s-app=kube-dns',
  });
  const resolver = new Resolver({ timeout: 500, tries: 1 });
  resolver.setServers(items.flatMap(({ spec }) => spec?.clusterIP ?? []));
  const name = `${headlessNameOf(asker)}.${asker.namespace}.svc.cluster.local`;
  return resolver.resolve4(name).then(
    () => 'known',
    (error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      return code === 'ENOTFOUND' || code === 'ENODATA' ? 'unknown' : 'silence';
    },
  );
}

export async function deleteHeadlessService(asker: Asker): Promise<void> {
  const core = apiClient(asker.kubeConfig, CoreV1Api, asker.signal);
  await core.deleteNamespacedService({ name: headlessNameOf(asker), namespace: asker.namespace });
}

function headlessNameOf({ trialId }: Asker): string {
  return `t${trialId}-pods`;
}

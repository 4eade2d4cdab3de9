import type { Deployment, KubeObject } from './kube-object.ts';

type PodSpec = NonNullable<NonNullable<Deployment['spec']>['template']['spec']>;

/**
 * What the Pods of a workload need besides, by name: where it is not there they do not start. Optional ones are left
 * out. `Secret tls`, `ConfigMap settings`, `PersistentVolumeClaim data`, `ServiceAccount shop`, each once.
 */
export function mentionedObjects(workload: KubeObject): readonly string[] {
  const spec = (workload as Deployment).spec?.template.spec;
  if (spec === undefined) return [];
  const containers = [...spec.containers, ...(spec.initContainers ?? [])];
  const named = [
    ...containers.flatMap(({ env = [], envFrom = [] }) => [
      ...env.flatMap(({ valueFrom }) => [
        mention('ConfigMap', valueFrom?.configMapKeyRef),
        mention('Secret', valueFrom?.secretKeyRef),
      ]),
      ...envFrom.flatMap(({ configMapRef, secretRef }) => [
        mention('ConfigMap', configMapRef),
        mention('Secret', secretRef),
      ]),
    ]),
    ...(spec.volumes ?? []).flatMap(ofVolume),
    ...(spec.imagePullSecrets ?? []).map(({ name }) => mention('Secret', { name })),
    mention('ServiceAccount', { name: spec.serviceAccountName }),
  ];
  return [...new Set(named.filter((title) => title !== null))].filter(
    (title) => title !== 'ServiceAccount default',
  );
}

interface Named {
  readonly name?: string | undefined;
  readonly optional?: boolean | undefined;
}

function ofVolume({
  configMap,
  secret,
  persistentVolumeClaim: claim,
  projected,
}: NonNullable<PodSpec['volumes']>[number]): readonly (string | null)[] {
  return [
    mention('ConfigMap', configMap),
    mention('Secret', secret && { name: secret.secretName, optional: secret.optional }),
    mention('PersistentVolumeClaim', claim && { name: claim.claimName }),
    ...(projected?.sources ?? []).flatMap((source) => [
      mention('ConfigMap', source.configMap),
      mention('Secret', source.secret),
    ]),
  ];
}

function mention(kind: string, of: Named | undefined): string | null {
  return of?.name === undefined || of.name === '' || of.optional === true ? null : `${kind} ${of.name}`;
}

import { z } from 'zod';

import { invalidManifest, type LocatedObject } from '../workload/parse-manifest.ts';

const text = z.string();
const whole = z.number().int();
const probe = z.looseObject({
  periodSeconds: whole.optional(),
  failureThreshold: whole.optional(),
  httpGet: z.looseObject({ path: text.optional() }).optional(),
});
const container = z.looseObject({
  name: text,
  image: text.optional(),
  command: z.array(text).optional(),
  args: z.array(text).optional(),
  env: z.array(z.looseObject({ name: text })).optional(),
  envFrom: z.array(z.looseObject({})).optional(),
  ports: z.array(z.looseObject({ containerPort: whole, name: text.optional() })).optional(),
  volumeMounts: z.array(z.looseObject({ mountPath: text })).optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  lifecycle: z
    .looseObject({
      stopSignal: text.optional(),
      preStop: z
        .looseObject({
          sleep: z.looseObject({ seconds: z.number() }).optional(),
          exec: z.looseObject({ command: z.array(text).optional() }).optional(),
          httpGet: z.looseObject({}).optional(),
        })
        .optional(),
    })
    .optional(),
});
const podSpec = z.looseObject({
  containers: z.array(container).min(1),
  initContainers: z.array(container).optional(),
  terminationGracePeriodSeconds: whole.optional(),
  hostNetwork: z.boolean().optional(),
  shareProcessNamespace: z.boolean().optional(),
});

/**
 * Refuses a Pod's spec that no API server takes, as far as rules look at it.
 *
 * @throws DrainbenchError `manifest-invalid` (exit code 64) with the place of the field.
 */
export function requirePodSpec(located: LocatedObject, path: readonly PropertyKey[], spec: unknown): void {
  const { error } = podSpec.safeParse(spec ?? {});
  const [issue] = error?.issues ?? [];
  if (issue === undefined) return;
  const { line, column } = located.locate([...path, ...issue.path]);
  throw invalidManifest(
    `${located.file}:${line}:${column}`,
    `${[...path, ...issue.path].join('.')}: ${issue.message}`,
  );
}

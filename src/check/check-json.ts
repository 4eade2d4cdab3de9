import type { CheckResult } from './check-manifests.ts';

/** The same for scripts. Fields are added, never renamed; `version` counts what breaks. */
export function checkJson({ workloads, notLookedAt, findings }: CheckResult): string {
  const document = {
    version: 1,
    workloads,
    notLookedAt,
    findings: findings.map(({ rule, ...place }) => ({
      rule: rule.id,
      ...place,
      title: rule.title,
      needs: rule.needs,
      reason: rule.reason,
      docs: rule.docs,
      measurement: rule.measurement,
    })),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

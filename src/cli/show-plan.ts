import { stringify } from 'yaml';

import type { Plan } from '../model/plan.ts';
import { estimatePlanMs } from '../scenario/estimate-plan-ms.ts';
import { trialIdentifier } from '../scenario/trial-identifier.ts';
import { buildManifests } from '../workload/build-manifests.ts';
import { buildNamespace } from '../workload/build-namespace.ts';
import { readManifest } from '../workload/read-manifest.ts';

/** What `run --dry-run` prints: the trials in their order, then each strategy's objects as YAML. Nothing is asked. */
export async function showPlan(plan: Plan): Promise<string> {
  const { scenario } = plan;
  const { app } = scenario.spec;
  const manifest = 'manifest' in app ? await readManifest(app.manifest) : [];
  const expiresAt = new Date(0);
  const trials = plan.trials.map(
    (trial) =>
      `#   ${trialIdentifier(trial).padEnd(24)} block ${trial.block}  ${trial.role}  ${trial.disruption.type}`,
  );
  const namespace = 'drainbench-RUN';
  const first = scenario.spec.strategies.map((strategy) => {
    const trial = { runId: 'RUN', trialId: `NNN-${strategy.name}`, namespace, expiresAt };
    const { objects } = buildManifests({ scenario, strategy, trial, manifest });
    return [`# strategy ${strategy.name}`, ...objects.map((object) => stringify(object))].join('\n---\n');
  });
  return [
    `# ${scenario.metadata.question}`,
    `# ${plan.trials.length} trials in ${plan.blocks} blocks, seed ${plan.seed}, about ${Math.ceil(estimatePlanMs(plan) / 60_000)} min`,
    ...trials,
    '---',
    stringify(buildNamespace(namespace, 'RUN', expiresAt, null)),
    '---',
    first.join('\n---\n'),
  ].join('\n');
}

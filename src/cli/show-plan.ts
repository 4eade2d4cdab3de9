import { stringify } from 'yaml';

import { disruptionBudget } from '../disrupt/disruption-budget.ts';
import { countOf } from '../model/count-of.ts';
import type { Plan } from '../model/plan.ts';
import { commentLine } from '../model/terminal-text.ts';
import { estimatePlanMs } from '../scenario/estimate-plan-ms.ts';
import { trialIdentifier } from '../scenario/trial-identifier.ts';
import { buildNodeAgents } from '../workload/build-node-agents.ts';
import { buildManifests } from '../workload/build-manifests.ts';
import { buildNamespace } from '../workload/build-namespace.ts';
import { loadPods } from '../workload/load-pods.ts';
import { ownMetadata } from '../workload/ownership.ts';
import { readManifest } from '../workload/read-manifest.ts';

/** What `run --dry-run` prints: the trials in their order, then all objects as YAML. Nothing is asked. */
export async function showPlan(plan: Plan): Promise<string> {
  const { scenario } = plan;
  const { app, cluster, disruptions, strategies } = scenario.spec;
  const manifest = 'manifest' in app ? await readManifest(app.manifest) : [];
  const expiresAt = new Date(0);
  const namespace = cluster.namespace ?? 'drainbench-RUN';
  const trials = plan.trials.map(
    (trial) =>
      `#   ${trialIdentifier(trial).padEnd(24)} block ${trial.block}  ${trial.role}  ${trial.disruption.type}`,
  );
  const first = strategies.map((strategy) => {
    const trial = { runId: 'RUN', trialId: `NNN-${strategy.name}`, namespace, expiresAt };
    const { objects, selector } = buildManifests({ scenario, strategy, trial, manifest });
    const budgets = disruptions.flatMap((disruption) => {
      const own = (kind: string, name: string) => ownMetadata(kind, name, trial);
      const budget = disruptionBudget(disruption, { trialId: trial.trialId, ownMetadata: own, selector });
      return budget === null ? [] : [`# with disruption ${disruption.type}\n${stringify(budget)}`];
    });
    return [`# strategy ${strategy.name}`, ...objects.map((object) => stringify(object)), ...budgets].join(
      '\n---\n',
    );
  });
  const own = cluster.namespace === undefined ? [buildNamespace(namespace, 'RUN', expiresAt, null)] : [];
  const inside = { runId: 'RUN', namespace, expiresAt, image: 'IMAGE-WITH-DRAINBENCH' };
  const agents = cluster.nodeAgent === 'never' ? [] : [buildNodeAgents(inside)];
  const when = cluster.nodeAgent === 'auto' ? ', only where this machine does not see into the nodes' : '';
  return [
    commentLine(scenario.metadata.question),
    `# ${countOf(plan.trials.length, 'trial')} in ${countOf(plan.blocks, 'block')}, seed ${plan.seed}, about ${Math.ceil(estimatePlanMs(plan) / 60_000)} min`,
    ...trials,
    `# and a Lease in ${namespace}, for as long as the run takes`,
    ...documents('the run', own),
    ...documents(`node agents${when}`, agents),
    ...documents('loads inside', loadPods(scenario, inside)),
    '---',
    first.join('\n---\n'),
  ].join('\n');
}

function documents(title: string, objects: readonly unknown[]): string[] {
  if (objects.length === 0) return [];
  return objects.flatMap((object) => ['---', `# ${title}`, stringify(object)]);
}

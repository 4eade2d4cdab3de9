import { countOf } from '../../model/count-of.ts';
import type { RunManifest } from '../../model/run-manifest.ts';
import type { Finding } from '../../model/verdict.ts';
import { blindFindings } from './blind-findings.ts';
import type { AnalyzedTrial } from '../run-result.ts';

/** What a reader must know about the run as a whole before trusting its figures (controls apart). */
export function runFindings(manifest: RunManifest, trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const findings: Finding[] = [];
  const planned = manifest.plan.trials.length;
  const measured = new Set(trials.map(({ trial }) => trial.number)).size;
  if (manifest.state !== 'finished') {
    const how = manifest.state === 'interrupted' ? 'was interrupted' : 'never said that it finished';
    findings.push(
      warning(
        'run-incomplete',
        `The run ${how}: ${measured} of ${countOf(planned, 'planned trial is', 'planned trials are')} here.`,
      ),
    );
  } else if (measured < planned) {
    findings.push(
      warning(
        'trials-missing',
        `Only ${measured} of ${countOf(planned, 'planned trial is', 'planned trials are')} here and can be read. What is missing counts as void.`,
      ),
    );
  }
  const repeated = trials.filter(({ verdict, counted }) => verdict === 'void' && !counted);
  for (const attempt of repeated) {
    const title = `Trial ${attempt.trial.number} (${attempt.trial.strategy.name})`;
    const message = `${title} was void and was repeated; the repetition counts. ${voidReason(attempt)}`;
    findings.push(warning('trial-repeated', message));
  }
  const lost = trials.filter(({ verdict, counted }) => verdict === 'void' && counted);
  for (const trial of lost) {
    const title = `Trial ${trial.trial.number} (${trial.trial.strategy.name})`;
    findings.push(warning('trial-void', `${title} is void. ${voidReason(trial)}`));
  }
  return [
    ...findings,
    ...renewalFindings(manifest),
    ...(manifest.warnings ?? []),
    ...killedFindings(trials),
    ...publishedFindings(manifest),
    ...blindFindings(trials),
  ];
}

/** A run that is resumed gets another cluster of its own: the same make, yet not the very same. */
function renewalFindings({ cluster }: RunManifest): readonly Finding[] {
  const before = cluster?.renewedBefore ?? [];
  if (before.length === 0) return [];
  const message = `The run was resumed on a new cluster of the same make before ${before.length === 1 ? 'trial' : 'trials'} ${before.join(', ')}.`;
  return [{ code: 'cluster-renewed', severity: 'info', message }];
}

/** Of Pods that stay, one container was killed: which. */
function killedFindings(trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const killed = Map.groupBy(
    trials.flatMap(({ counted, victims }) => (counted ? victims : [])),
    ({ container }) => container,
  );
  return [...killed].flatMap(([container, victims]): readonly Finding[] => {
    if (container === undefined) return [];
    const message = `kill-container killed container “${container}” of ${countOf(victims.length, 'Pod')}.`;
    return [{ code: 'container-killed', severity: 'info', message, container }];
  });
}

/** What stands between the load and the nodes is measured with them. */
function publishedFindings({ cluster, scenario }: RunManifest): readonly Finding[] {
  const fromHost = scenario.spec.loads.filter(({ from }) => from === 'host').map(({ name }) => `“${name}”`);
  if (cluster?.nodePorts !== 'published' || fromHost.length === 0) return [];
  const message = `${fromHost.length === 1 ? 'Load' : 'Loads'} ${fromHost.join(', ')} passed the container engine's publishing of ports, which accepts connections itself, and the kube-proxy of one node only: connect times and refusals are partly the engine's. With \`from: inside\` load goes straight to the nodes.`;
  return [warning('load-through-published-port', message)];
}

function voidReason({ findings }: AnalyzedTrial): string {
  return findings.find(({ severity }) => severity === 'void')?.message ?? '';
}

function warning(code: string, message: string): Finding {
  return { code, severity: 'warning', message };
}

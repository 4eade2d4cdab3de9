import type { RunManifest } from '../model/run-manifest.ts';
import type { Finding } from '../model/verdict.ts';
import type { AnalyzedTrial } from './run-result.ts';

/** What a reader must know about the run as a whole before trusting its figures (controls apart). */
export function runFindings(manifest: RunManifest, trials: readonly AnalyzedTrial[]): readonly Finding[] {
  const findings: Finding[] = [];
  const planned = manifest.plan.trials.length;
  const measured = new Set(trials.map(({ trial }) => trial.number)).size;
  if (manifest.state !== 'finished') {
    const how = manifest.state === 'interrupted' ? 'was interrupted' : 'never said that it finished';
    findings.push(
      warning('run-incomplete', `The run ${how}: ${measured} of ${planned} planned trials are here.`),
    );
  } else if (measured < planned) {
    findings.push(warning('trials-missing', `Only ${measured} of ${planned} planned trials are here.`));
  }
  const repeated = trials.filter(({ verdict, counted }) => verdict === 'void' && !counted);
  if (repeated.length > 0) {
    const numbers = repeated.map(({ trial }) => trial.number).join(', ');
    findings.push(
      warning(
        'trials-repeated',
        `${repeated.length} trials were void and had to be repeated (trial ${numbers}); the repetitions count.`,
      ),
    );
  }
  const lost = trials.filter(({ verdict, counted }) => verdict === 'void' && counted);
  for (const trial of lost) {
    const reason = trial.findings.find(({ severity }) => severity === 'void')?.message ?? '';
    findings.push(
      warning('trial-void', `Trial ${trial.trial.number} (${trial.trial.strategy.name}) is void. ${reason}`),
    );
  }
  return findings;
}

function warning(code: string, message: string): Finding {
  return { code, severity: 'warning', message };
}

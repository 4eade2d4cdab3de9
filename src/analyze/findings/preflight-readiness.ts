import { NS_PER_MS } from '../../model/duration.ts';
import { drainSecondsOf } from '../../model/scenario.ts';
import type { Finding } from '../../model/verdict.ts';
import { formatRange } from '../milestones/container-ends.ts';
import type { JudgedTrial } from './judged-trial.ts';
import { lastingContainers, type LastingContainer } from '../objects/container-specs.ts';
import { asList, asRecord } from '../objects/read-json.ts';

type Input = Pick<JudgedTrial, 'pod' | 'record' | 'milestones' | 'servingContainer'>;

/**
 * Readiness probes that are missing or too slow, of the containers that serve: a sidecar's probe does not know whether
 * the app listens. Where nothing tells which one serves, those that declare a port are meant, or else all.
 */
export function readinessFindings(input: Input): readonly Finding[] {
  return servingContainers(input).flatMap(({ name, spec }): readonly Finding[] => {
    const probe = asRecord(spec['readinessProbe']);
    if (Object.keys(probe).length > 0) return slowFindings(name, probe, input);
    // A Pod is not Ready before its startup probes have passed.
    if (Object.keys(asRecord(spec['startupProbe'])).length > 0) return [];
    const message = `Container “${name}” has no readiness probe: a new Pod gets traffic as soon as its process runs, listening or not.`;
    return [{ code: 'preflight-no-readiness-probe', severity: 'warning', message, container: name }];
  });
}

function servingContainers({ pod, servingContainer }: Input): readonly LastingContainer[] {
  const containers = lastingContainers(pod?.object ?? {});
  const serving = containers.filter(({ name }) => name === servingContainer);
  if (serving.length > 0) return serving;
  const main = containers.filter(({ sidecar }) => !sidecar);
  const declared = main.filter(({ spec }) => asList(spec['ports']).length > 0);
  return declared.length > 0 ? declared : main;
}

function slowFindings(
  container: string,
  probe: Readonly<Record<string, unknown>>,
  { record, milestones }: Input,
): readonly Finding[] {
  const drainSeconds = drainSecondsOf(record.trial.strategy.shutdown);
  if (drainSeconds === 0) return [];
  const period = Number(probe['periodSeconds'] ?? 10);
  const flipSeconds = period * Number(probe['failureThreshold'] ?? 3);
  if (flipSeconds <= drainSeconds) return [];
  const failing = milestones.filter(({ name }) => name === 'readiness-flipped');
  const noticed = failing.flatMap((flip) => {
    const seen = milestones.find(
      ({ name, podUid }) => name === 'slice-not-serving' && podUid === flip.podUid,
    );
    return seen === undefined || seen.atNs < flip.atNs ? [] : [(seen.atNs - flip.atNs) / NS_PER_MS];
  });
  const measured = noticed.length === 0 ? '' : ` Measured: it was noticed after ${formatRange(noticed)}.`;
  const message = `Failing readiness can take up to ${flipSeconds} s to be noticed (every ${period} s), the app drains ${drainSeconds} s: nothing but the deletion itself is sure to take the Pod out of use in time.${measured}`;
  return [{ code: 'preflight-readiness-too-slow', severity: 'info', message, container }];
}

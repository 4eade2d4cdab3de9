import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import { formatMs } from '../format-ms.ts';
import { result, stepOf, type VictimEvidence } from './victim-evidence.ts';

/** The runtime's own timer, and a busy machine. */
const LATE_NS = NS_PER_S;

/**
 * SIGKILL comes when what was left of the grace period is over, counted from the stop signal: whole seconds, and 2 s at
 * least, also where the preStop hook has used all of it.
 */
export function killAtGrace(evidence: VictimEvidence): readonly ContractResult[] {
  const kills = evidence.milestones.filter(({ name }) => name === 'kill-sent');
  return kills.map((kill) => {
    const container = kill.container ?? undefined;
    const sent = stepOf(evidence, 'signal-sent', container);
    const asked = stepOf(evidence, 'stop-requested', container);
    const request = evidence.events.find(({ id, type }) => type === 'kubelet' && id === asked?.eventId);
    const graceSeconds = request?.type === 'kubelet' ? request.graceSeconds : undefined;
    const say = (state: ContractResult['state'], message: string) =>
      result(evidence, 'kill-at-grace', state, message, [asked, sent, kill], kill.container);
    if (sent === undefined || graceSeconds === undefined) {
      return say('not-observed', 'Nobody saw how long the container was given, or its stop signal.');
    }
    const tookNs = kill.atNs - sent.atNs;
    const given = graceSeconds * NS_PER_S;
    const jointNs = kill.uncertaintyNs + sent.uncertaintyNs + 10 * NS_PER_MS;
    const words = `SIGKILL came ${formatMs(tookNs / NS_PER_MS)} after the stop signal; the container was given ${graceSeconds} s.`;
    return say(tookNs >= given - jointNs && tookNs <= given + LATE_NS + jointNs ? 'held' : 'broken', words);
  });
}

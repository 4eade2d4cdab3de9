import type { ContractResult } from '../../model/contract.ts';
import { NS_PER_MS, NS_PER_S } from '../../model/duration.ts';
import { formatMs } from '../words/format-figures.ts';
import { kubeletEventsOf, result, shownBy, stepOf, type VictimEvidence } from './victim-evidence.ts';

/** The runtime's own timer, and a busy machine. */
const LATE_NS = NS_PER_S;

/**
 * SIGKILL comes when what was left of the grace period is over, counted from the stop signal: whole seconds, and 2 s at
 * least, also where the preStop hook has used all of it. A kubelet that was restarted meanwhile gives a time of its own,
 * counted from its own request: the runtime does not send a stop signal twice.
 */
export function killAtGrace(evidence: VictimEvidence): readonly ContractResult[] {
  const kills = evidence.milestones.filter(({ name }) => name === 'kill-sent');
  return kills.map((kill) => {
    const sent = stepOf(evidence, 'signal-sent', kill.container ?? undefined);
    const requests = kubeletEventsOf(evidence, kill.container ?? '', ['stop-requested']).filter(
      ({ atNs }) => atNs <= kill.atNs,
    );
    const asked = requests.at(-1);
    const graceSeconds = asked?.graceSeconds;
    const say = (state: ContractResult['state'], message: string) =>
      result(evidence, 'kill-at-grace', state, message, [shownBy(asked), sent, kill], kill.container);
    if (sent === undefined || asked === undefined || graceSeconds === undefined) {
      return say('not-observed', 'Nobody saw how long the container was given, or its stop signal.');
    }
    const [from, since] =
      requests.length > 1 ? [asked, 'the kubelet asked again'] : [sent, 'the stop signal'];
    const tookNs = kill.atNs - from.atNs;
    const given = graceSeconds * NS_PER_S;
    const jointNs = kill.uncertaintyNs + from.uncertaintyNs + 10 * NS_PER_MS;
    const words = `SIGKILL came ${formatMs(tookNs / NS_PER_MS)} after ${since}; the container was given ${graceSeconds} s.`;
    return say(tookNs >= given - jointNs && tookNs <= given + LATE_NS + jointNs ? 'held' : 'broken', words);
  });
}

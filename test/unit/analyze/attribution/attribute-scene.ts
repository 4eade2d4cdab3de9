import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import type { Attribution } from '../../../../src/model/attribution.ts';
import type { HistoryEvent } from '../../../../src/model/history-event.ts';
import type { RequestRecord } from '../../../../src/model/request-record.ts';
import type { TrialApp } from '../../../../src/model/trial-record.ts';
import { LOAD, streamed, trialRecord } from '../build-history.ts';

/** Analyses a trial that consists of these events and one request, and others that were answered well. */
export async function analyzeScene(
  events: readonly HistoryEvent[],
  request: RequestRecord,
  kind: TrialApp['kind'] = 'Deployment',
  answered: readonly RequestRecord[] = [],
  clockUncertaintyNs = 0,
): Promise<AnalyzedTrial> {
  const record = trialRecord({
    app: { kind, service: 'web', port: 8080, container: 'app' },
    ...(clockUncertaintyNs > 0 && {
      loads: [
        {
          ...{ name: 'fresh', engine: 'native', ledger: 'requests-fresh.csv', intended: null },
          inside: { pod: 'load', node: 'node2', address: '198.18.16.1', via: 'nodePort', clockUncertaintyNs },
        },
      ],
    }),
    victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: '198.18.0.2' }],
  });
  const ledger = {
    load: 'fresh',
    intended: null,
    records: streamed([...answered, request]),
    findings: () => [],
  };
  return await analyzeTrial(
    { record, directory: 'trials/001-none', events, ledgers: [ledger], findings: [] },
    [LOAD],
  );
}

export async function attributeScene(
  events: readonly HistoryEvent[],
  request: RequestRecord,
  kind?: TrialApp['kind'],
  answered?: readonly RequestRecord[],
  clockUncertaintyNs?: number,
): Promise<Attribution> {
  const { failures } = await analyzeScene(events, request, kind, answered, clockUncertaintyNs);
  const [failure] = failures;
  if (failure === undefined || failures.length > 1) throw new Error('not exactly one failed request');
  return failure.attribution;
}

import { analyzeTrial } from '../../../../../src/analyze/analyze-trial.ts';
import type { Attribution } from '../../../../../src/model/attribution.ts';
import { NS_PER_MS } from '../../../../../src/model/duration.ts';
import { LOAD, planned, streamed, trialRecord } from '../../build-history.ts';
import { numbered, PODS } from '../write-scene.ts';
import type { Story } from './story.ts';

/** What the tool says of the story's request. */
export async function attributeStory(story: Story): Promise<Attribution> {
  const { request, others, events, clockMs, kind = 'Deployment', disruption = 'delete' } = story;
  const { name, uid, node, podIP } = PODS.a;
  const inside = {
    ...({ pod: 'load', node: 'node2', address: '198.18.16.1', via: story.via ?? 'nodePort' } as const),
    clockUncertaintyNs: clockMs == null ? null : clockMs * NS_PER_MS,
  };
  const load = { name: 'fresh', engine: 'native', ledger: 'requests-fresh.csv', intended: null } as const;
  const isDeleted = events.some((event) => event.type === 'action');
  const record = trialRecord({
    ...(disruption === 'kill-container' && {
      trial: planned({ disruption: { type: 'kill-container' } as never }),
    }),
    app: { kind, service: 'web', port: 8080, container: 'app' },
    loads: [clockMs === undefined ? load : { ...load, inside }],
    victims: isDeleted ? [{ name, uid, node, podIP }] : [],
  });
  const ledger = {
    load: 'fresh',
    intended: null,
    records: streamed([...others, request]),
    findings: () => [],
  };
  const { failures } = await analyzeTrial(
    { record, directory: 'trials/001', events: numbered(events), ledgers: [ledger], findings: [] },
    [LOAD],
  );
  const failure = failures.find(({ id }) => id === request.id);
  if (failure === undefined) throw new Error(`no failed request: ${story.what}`);
  return failure.attribution;
}

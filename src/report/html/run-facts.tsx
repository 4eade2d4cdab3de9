import type { VNode } from 'preact';
import { formatMs } from '../../analyze/words/format-figures.ts';
import type { RunResult } from '../../analyze/run-result.ts';
import { describeCluster } from '../describe-cluster.ts';
import { describeLoad } from '../describe-load.ts';
import { countOf } from '../../model/count-of.ts';
import { formatCount } from '../../model/format-count.ts';
import { reproduceCommand } from '../reproduce-command.ts';

/** What somebody needs who wants to understand, check or repeat the run. */
export function RunFacts(props: { readonly result: RunResult }): VNode {
  const { manifest, trials } = props.result;
  const { host, cluster, git, clock } = manifest;
  const { spec } = manifest.scenario;
  const requests = trials.flatMap(({ loads }) => loads).reduce((sum, { intended }) => sum + intended, 0);
  const facts: readonly (readonly [string, string])[] = [
    ['Run', manifest.runId],
    ['Scenario', manifest.scenarioFile ?? manifest.scenario.metadata.name],
    ['Started', new Date(clock.start.wallMs).toISOString()],
    ['Took', clock.end === null ? 'not known' : formatMs(clock.end.wallMs - clock.start.wallMs)],
    [
      'Plan',
      `${countOf(manifest.plan.blocks, 'block')}, ${countOf(manifest.plan.trials.length, 'trial')}, seed ${manifest.plan.seed}`,
    ],
    ['Requests', formatCount(requests)],
    ['Loads', spec.loads.map((load) => describeLoad(load, trials)).join('; ')],
    ...describeCluster(cluster),
    [
      'Machine',
      `${host.cpus} × ${host.cpuModel}, ${(host.memoryBytes / 2 ** 30).toFixed(1)} GiB, ${host.os}, kernel ${host.kernel}, ${host.arch}`,
    ],
    [
      'Versions',
      Object.entries(manifest.versions)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
    ['Source', git === null ? 'not a checkout' : `${git.commit}${git.dirty ? ', with local changes' : ''}`],
  ];
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">The run</h2>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
        <div>
          <dt>Again</dt>
          <dd>
            <code>{reproduceCommand(manifest)}</code>
          </dd>
        </div>
      </dl>
    </section>
  );
}

import { stringify } from 'yaml';

import { describeStrategy } from '../analyze/words/describe-strategy.ts';
import type { RunResult } from '../analyze/run-result.ts';
import type { Strategy } from '../model/scenario.ts';
import type { Tune } from '../model/tune.ts';

/** Name of the file, in the run directory. */
export const TUNE_PATCH = 'tune-patch.yaml';

/**
 * What a tuned setting changes of a workload, as a strategic merge patch for `kubectl patch --patch-file`: its grace
 * period, and the preStop of the container that is named, whatever hook that had before; environment and readiness
 * probe only where the strategy that was measured sets them. `null` where no setting follows.
 */
export function tunePatch({ tune, manifest, verdict }: RunResult): string | null {
  if (tune?.setting == null || manifest.tune === undefined) return null;
  const { setting } = tune;
  const { workload } = manifest.tune;
  const patch = {
    spec: {
      template: {
        spec: {
          terminationGracePeriodSeconds: setting.terminationGracePeriodSeconds,
          containers: [containerPatch(setting, workload)],
        },
      },
    },
  };
  const head = [
    `# ${describeStrategy(setting)}`,
    `# ${verdict === 'pass' ? 'confirmed' : 'NOT CONFIRMED'} by drainbench tune ${manifest.runId}`,
    `# ${patchCommand(manifest.tune, TUNE_PATCH)}`,
    ...(setting.shutdown === undefined ? [] : ['# how the sample app shuts down is not in it']),
  ];
  return `${head.join('\n')}\n${stringify(patch)}`;
}

/** The command that applies a patch file. */
export function patchCommand({ workload }: Tune, file: string): string {
  return `kubectl patch ${workload.kind.toLowerCase()} ${workload.name ?? 'NAME'} --patch-file ${file}`;
}

function containerPatch(
  { preStop, env, readinessProbe }: Strategy,
  { container, port }: Tune['workload'],
): object {
  return {
    name: container,
    lifecycle: { preStop: hookPatch(preStop) },
    ...(env !== undefined && {
      env: Object.entries(env).map(([name, value]) => ({ name, value, valueFrom: null })),
    }),
    ...(readinessProbe !== undefined && { readinessProbe: probePatch(readinessProbe, port) }),
  };
}

/**
 * In the place of any other action, of which one hook may have but one. `$patch: replace` would say it in one line, but
 * patches a container without a hook to one without a hook (kubectl 1.37).
 */
function hookPatch(preStop: Strategy['preStop']): object | null {
  if (typeof preStop === 'string' || 'httpGet' in preStop) return null;
  const action =
    'exec' in preStop ? { exec: { command: preStop.exec } } : { sleep: { seconds: preStop.sleepSeconds } };
  return { exec: null, httpGet: null, tcpSocket: null, sleep: null, ...action };
}

function probePatch(probe: NonNullable<Strategy['readinessProbe']>, appPort: number): object | null {
  if (probe === 'none') return null;
  const { path, port = appPort, periodSeconds, failureThreshold, timeoutSeconds } = probe;
  const action = { exec: null, grpc: null, tcpSocket: null, httpGet: { path, port } };
  return { ...action, periodSeconds, failureThreshold, timeoutSeconds };
}

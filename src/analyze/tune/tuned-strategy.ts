import { compareVersions } from '../../model/compare-versions.ts';
import type { Strategy } from '../../model/scenario.ts';
import type { ComputedSetting } from './judge-tune.ts';

/** Since then a kubelet sleeps by itself, without a program of the image (KEP-3960, on by default). */
const NATIVE_SLEEP_SINCE = '1.30';

/** `exec`: runs the program `sleep`, which the image must have. */
export type SleepForm = 'native' | 'exec';

/** @param kubernetesVersion of the cluster; `null`: not known yet */
export function sleepForm(kubernetesVersion: string | null): SleepForm {
  const isOlder = kubernetesVersion !== null && compareVersions(kubernetesVersion, NATIVE_SLEEP_SINCE) < 0;
  return isOlder ? 'exec' : 'native';
}

/**
 * What is deployed to try a setting: the app as it is, with the preStop and the grace period.
 *
 * @param taken names of strategies that there are already
 */
export function tunedStrategy(
  { app, seconds, graceSeconds }: ComputedSetting,
  form: SleepForm,
  taken: readonly string[] = [],
): Strategy {
  const sleep = form === 'exec' ? { exec: ['sleep', String(seconds)] } : { sleepSeconds: seconds };
  return {
    ...app,
    name: freeName(`tuned-${seconds}s`, taken),
    preStop: seconds === 0 ? 'none' : sleep,
    terminationGracePeriodSeconds: graceSeconds,
    mustPass: false,
  };
}

function freeName(wanted: string, taken: readonly string[]): string {
  let name = wanted;
  for (let more = 2; taken.includes(name); more += 1) name = `${wanted}-${more}`;
  return name;
}

import type { ApiSilenceListener } from '../cluster/kube/api-silence.ts';
import { ANSWERS_WITHIN_MS } from './await-cluster.ts';

/** Says that the API server does not answer, and what comes of that; and when it does again. */
export function reportApiSilence(onStep: (message: string) => void): ApiSilenceListener {
  return {
    silent: (forMs, why) =>
      onStep(
        `the API server has not answered for ${seconds(forMs)}${why === null ? '' : ` (${why})`}; it is asked on. ` +
          'A trial that needs it meanwhile is void and is tried again; the run ends, and names what may be left on the cluster, ' +
          `if nobody answers for ${ANSWERS_WITHIN_MS / 1000} s before a trial`,
      ),
    back: (afterMs) => onStep(`the API server answers again, after ${seconds(afterMs)}`),
  };
}

function seconds(ms: number): string {
  return `${Math.floor(ms / 1000)} s`;
}

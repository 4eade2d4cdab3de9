import type { RunResult } from '../../../src/analyze/run-result.ts';
import { analyzeSynthetic } from '../analyze/analyze-synthetic.ts';
import { smallSyntheticRun } from '../analyze/small-synthetic-run.ts';

/** Text as a hostile server, cluster or scenario could bring it into a report. */
export const HOSTILE =
  '</script><script>alert(1)</script><img src=x onerror=alert(2)> "&\u0000\u001b[31m|*=1+1';

/** A small run in which every text that does not come from us is hostile. */
export async function hostileResult(): Promise<RunResult> {
  const result = await analyzeSynthetic(smallSyntheticRun());
  const { manifest } = result;
  return {
    ...result,
    headline: HOSTILE,
    findings: [{ code: 'x', severity: 'warning', message: HOSTILE }],
    manifest: {
      ...manifest,
      argv: ['run', HOSTILE],
      scenario: { ...manifest.scenario, metadata: { ...manifest.scenario.metadata, question: HOSTILE } },
    },
    trials: result.trials.map((trial) => ({
      ...trial,
      findings: [{ code: 'x', severity: 'warning', message: HOSTILE }],
      milestones: trial.milestones.map((milestone) => ({ ...milestone, pod: HOSTILE })),
      failures: trial.failures.map((failure) => ({
        ...failure,
        pod: `=${HOSTILE}`,
        path: `/${HOSTILE}`,
        errorCode: HOSTILE,
        attribution: {
          ...failure.attribution,
          because: HOSTILE,
          missing: [HOSTILE],
          pod: `=${HOSTILE}`,
          sentByNode: HOSTILE,
          evidence: [{ eventId: null, atNs: failure.intendedNs, what: HOSTILE }],
        },
      })),
    })),
  };
}

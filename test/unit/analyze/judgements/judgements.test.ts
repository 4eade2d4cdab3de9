import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { analyzeRun } from '../../../../src/analyze/analyze-run.ts';
import { analyzeTrial } from '../../../../src/analyze/analyze-trial.ts';
import { attributeFailures } from '../../../../src/analyze/attribution/attribute-failures.ts';
import type { TrialEvidence } from '../../../../src/analyze/attribution/trial-evidence.ts';
import { assertContracts, contractFindings } from '../../../../src/analyze/contracts/assert-contracts.ts';
import { judgeAll, judgementOver } from '../../../../src/analyze/judgements/judgement.ts';
import type { PodsAsOf } from '../../../../src/analyze/objects/pods-as-of.ts';
import type { AnalyzedTrial } from '../../../../src/analyze/run-result.ts';
import { summarizeRun } from '../../../../src/analyze/run/summarize-run.ts';
import { CONTRACTS } from '../../../../src/model/contract.ts';
import type { HistoryEvent } from '../../../../src/model/history-event.ts';
import { analyzeShutdown, podOf, shutdownRecord, step } from '../findings/analyze-shutdown.ts';
import { analyzeSynthetic } from '../analyze-synthetic.ts';
import { LOAD, failed } from '../build-history.ts';
import { smallSyntheticRun } from '../small-synthetic-run.ts';
import { writeSyntheticRun } from '../write-synthetic-run.ts';

const broken = (): never => {
  throw new TypeError('it is not iterable');
};

/** A value that nothing can be done with. */
const HOSTILE: unknown = new Proxy({}, { get: broken });

/** An object of which one field cannot be used, also in a copy of it. */
function withBroken<T extends object>(whole: T, field: keyof T): T {
  return { ...whole, [field]: HOSTILE };
}

const codes = (findings: readonly { readonly code: string }[]): readonly string[] =>
  findings.map(({ code }) => code);

describe('a judgement', () => {
  interface Evidence {
    readonly shown: number;
    readonly hidden: number;
  }
  const judgement = judgementOver<Evidence>();
  const finding = (message: string) => [{ code: 'x', severity: 'info', message } as const];

  it('is given the evidence that it names, and no other', () => {
    const one = judgement('one', ['shown'], (evidence) => finding(Object.keys(evidence).join(' ')));
    expect(judgeAll([one], { shown: 1, hidden: 2 })).toEqual(finding('shown'));
  });

  it('that throws is one finding that names it, and takes no other with it', () => {
    const judgements = [
      judgement('first', ['shown'], () => finding('first')),
      judgement('second', ['shown'], broken),
      judgement('third', ['hidden'], () => finding('third')),
    ];
    expect(judgeAll(judgements, { shown: 1, hidden: 2 })).toEqual([
      ...finding('first'),
      {
        code: 'judgement-error',
        severity: 'warning',
        message: '“second” could not be judged, and nothing is said of it: TypeError: it is not iterable.',
      },
      ...finding('third'),
    ]);
  });

  it('that validity depends on makes void when it throws', () => {
    const [error] = judgeAll([judgement('gaps', ['shown'], broken, { decidesVoid: true })], {
      shown: 1,
      hidden: 2,
    });
    expect(error).toMatchObject({ severity: 'void', code: 'judgement-error' });
    expect(error?.message).toContain('“gaps” could not be judged, and validity depends on it');
  });
});

describe('a trial with something in it that nobody foresaw', () => {
  const events = [
    step.facts('a'),
    podOf('a', 100),
    podOf('b', 100),
    podOf('a', 1010, {}, 'MODIFIED', { deleting: true }),
    step.signal('a', 15, 1030),
    step.exit('a', 1040),
    podOf('a', 1900, {}, 'DELETED', { deleting: true }),
  ];

  it('loses the steps of one source, and says so', async () => {
    const hostile = withBroken(step.kubelet('a', 'stop-requested', 1010), 'graceSeconds' as never);
    const { findings, milestones, verdict } = await analyzeShutdown([...events, hostile]);
    expect(findings.filter(({ code }) => code === 'judgement-error')).toMatchObject([
      { severity: 'warning', message: expect.stringContaining('“milestones of the kubelets”') as string },
    ]);
    expect(milestones.map(({ name }) => name)).toContain('process-exited');
    expect(verdict).toBe('pass');
  });

  it('is void where a load of it cannot be analysed, and is not said to have no ledger', async () => {
    const { events: all } = await analyzeShutdown(events);
    const trial = await analyzeTrial(
      {
        record: shutdownRecord(),
        directory: 'trials/001-x',
        events: all,
        ledgers: [
          {
            load: LOAD.name,
            intended: null,
            // eslint-disable-next-line require-yield, @typescript-eslint/require-await -- it fails before
            records: (async function* (): AsyncGenerator<never> {
              broken();
            })(),
            findings: () => [],
          },
        ],
        findings: [],
      },
      [LOAD],
    );
    expect(trial.verdict).toBe('void');
    expect(trial.findings.filter(({ severity }) => severity === 'void')).toMatchObject([
      { code: 'judgement-error', message: expect.stringContaining('“load fresh”') as string },
    ]);
  });

  it('loses the cause of a request whose judge fails, and keeps the request', () => {
    const requests = [failed(1, 100), failed(2, 200)];
    const { failures, findings } = attributeFailures(requests, {
      ...{ record: { loads: [] }, loads: [], appLedger: null },
      evidence: {} as TrialEvidence,
    });
    expect(failures).toMatchObject([
      {
        id: 1,
        attribution: {
          cause: 'unexplained',
          because: expect.stringContaining('could not be judged') as string,
        },
      },
      { id: 2, attribution: { cause: 'unexplained' } },
    ]);
    expect(findings[0]?.message).toMatch(/^The cause of 2 failed requests could not be judged: /);
    const none = { record: { loads: [] }, loads: [], appLedger: null, evidence: null };
    expect(attributeFailures(requests, none).failures[0]?.attribution.because).toContain(
      'the evidence could not be laid out',
    );
  });

  it('has an error for each contract that cannot be checked, and results for the others', () => {
    const spec = Object.defineProperty({ initContainers: [] }, 'containers', { get: broken });
    const pods = {
      of: () => ({ uid: 'uid-a', name: 'web-a', object: { spec } }),
      there: () => [],
    } as unknown as PodsAsOf;
    const results = assertContracts({
      record: shutdownRecord(),
      events: [] as readonly HistoryEvent[],
      victims: [{ name: 'web-a', uid: 'uid-a', node: 'node1', podIP: null }],
      pods,
      milestones: [
        {
          ...{ name: 'slice-terminating', pod: 'web-a', podUid: 'uid-a', node: null, container: null },
          ...{ atNs: 1, uncertaintyNs: 0, source: 'api-watch', eventId: 7 },
        },
      ],
      hookFates: [],
    });
    const states = Object.fromEntries(results.map(({ contract, state }) => [contract, state]));
    expect(states).toMatchObject({
      'not-ready-once-terminating': 'broken',
      'signal-after-prestop': 'error',
      'log-until-the-end': 'error',
    });
    expect(Object.keys(states).every((name) => (CONTRACTS as readonly string[]).includes(name))).toBe(true);
    expect(codes(contractFindings(results))).toEqual([
      'contract-broken',
      ...results.filter(({ state }) => state === 'error').map(() => 'contract-error'),
    ]);
  });
});

describe('a run with a trial in it that cannot be summed up', () => {
  it('says so and says the rest, whatever part of the trial is broken', async () => {
    const whole = await analyzeSynthetic(smallSyntheticRun());
    const fields: readonly (keyof AnalyzedTrial)[] = [
      'loads',
      'findings',
      'failures',
      'milestones',
      'victims',
      'rules',
      'proxySyncs',
      'gaps',
      'shutdownMs',
    ];
    for (const field of fields) {
      const trials = whole.trials.map((trial) =>
        trial.trial.role === 'comparison' ? withBroken(trial, field) : trial,
      );
      const result = summarizeRun(whole.manifest, trials);
      expect(codes(result.findings), field).toContain('judgement-error');
      expect(result.controls, field).toHaveLength(whole.controls.length);
      expect(result.headline, field).not.toBe('');
    }
  });

  it('is void where its cells or its controls are what cannot be judged', async () => {
    const whole = await analyzeSynthetic(smallSyntheticRun());
    const controls = whole.trials.map((trial) =>
      trial.trial.role === 'comparison' ? trial : withBroken(trial, 'loads'),
    );
    const result = summarizeRun(whole.manifest, controls);
    expect(result.verdict).toBe('void');
    expect(result.headline).toContain('“controls” could not be judged');
  });

  it('is read all the same where the analysis of one trial fails', async () => {
    const run = smallSyntheticRun();
    const folder = await mkdtemp(join(tmpdir(), 'drainbench-judgements-'));
    try {
      await writeSyntheticRun(folder, run);
      const [first] = run.trials;
      await appendFile(
        join(folder, first?.directory ?? '', 'events.ndjson'),
        '{"id":999999,"atNs":1,"uncertaintyNs":0,"source":"kernel-trace","type":"process-facts"}\n',
      );
      const result = await analyzeRun(folder);
      expect(result.trials).toHaveLength(run.trials.length);
      const failed = result.trials.find(({ directory }) => directory === first?.directory);
      expect(failed?.verdict).toBe('void');
      expect(failed?.findings.map(({ code }) => code)).toContain('analysis-failed');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has no error where nothing is wrong', async () => {
    const whole = await analyzeSynthetic(smallSyntheticRun());
    const all = [...whole.findings, ...whole.trials.flatMap(({ findings }) => findings)];
    expect(codes(all).filter((code) => code.endsWith('-error'))).toEqual([]);
  });
});

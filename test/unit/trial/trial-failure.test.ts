import { ApiException } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';

import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { loadFailed } from '../../../src/trial/load-failed.ts';
import { endsRun, trialFailure } from '../../../src/trial/trial-failure.ts';

const failure = (code: string, more: object = {}) =>
  new DrainbenchError({ code, message: 'it did not work', ...more });

describe('what is thrown in a trial', () => {
  it('makes that trial void, with its reason and the evidence in lines', () => {
    const error = failure('workload-not-ready', {
      message:
        'Deployment web is not ready: 0 of 3 Pods Ready after 60 s: Unschedulable: 0/2 nodes are available.',
      found: '0 of 3 Pods Ready after 60 s',
      detail: 'Pod web-1 on no node: Pending\n\n  PodScheduled is not True\n',
    });
    expect(trialFailure(error)).toEqual({
      code: 'workload-not-ready',
      severity: 'void',
      message:
        'Deployment web is not ready: 0 of 3 Pods Ready after 60 s: Unschedulable: 0/2 nodes are available.',
      detail: ['Pod web-1 on no node: Pending', '  PodScheduled is not True'],
    });
  });

  it('is told with what was found, where the message does not say it already', () => {
    const error = failure('target-not-accepting', { found: '198.18.16.11:30080 (ECONNREFUSED)' });
    expect(trialFailure(error).message).toBe('It did not work (198.18.16.11:30080 (ECONNREFUSED)).');
  });

  it('also makes it void when it is nothing that anybody foresaw, and then says what the API server did', () => {
    const body = JSON.stringify({ kind: 'Status', reason: 'InternalError', message: 'etcd is slow' });
    expect(trialFailure(new ApiException(500, 'x', body, {}))).toMatchObject({
      code: 'trial-failed',
      severity: 'void',
      message: 'The trial could not be measured: etcd is slow.',
    });
    expect(trialFailure(new Error('spawn EAGAIN')).message).toBe(
      'The trial could not be measured: spawn EAGAIN.',
    );
  });

  it.each([
    ...['disruption-forbidden', 'object-forbidden', 'workload-unreadable'],
    ...['lease-lost', 'lease-not-renewed', 'history-not-written', 'file-not-written'],
  ])('ends the run where no further trial could survive it: %s', (code) => {
    expect(endsRun(failure(code))).toBe(true);
  });
});

it('anything else does not end the run', () => {
  expect(endsRun(failure('workload-not-ready'))).toBe(false);
  expect(endsRun(new TypeError('a mistake of ours'))).toBe(false);
});

describe('a load that ended by itself', () => {
  const died = (detail?: string) =>
    failure('load-process-died', {
      message: 'the process of load "fresh" died of SIGKILL before it was stopped',
      ...(detail !== undefined && { detail }),
    });

  it('makes the trial void, and says how it died', () => {
    expect(trialFailure(loadFailed(died()))).toEqual({
      code: 'load-failed',
      severity: 'void',
      message: 'A load ended: the process of load "fresh" died of SIGKILL before it was stopped.',
    });
  });

  it('has last words: the line that names an error, before a stack and the version of Node', () => {
    const stderr =
      'node:internal/errors\n\nRangeError: Array buffer allocation failed\n    at x\n\nNode.js v24.21.0\n';
    expect(loadFailed(died(stderr)).message).toMatch(
      /its last words: RangeError: Array buffer allocation failed$/,
    );
    expect(loadFailed(died('first\nlast\n')).message).toMatch(/its last words: last$/);
  });

  it('ends the run where it could not write its ledger', () => {
    expect(endsRun(loadFailed(failure('history-not-written')))).toBe(true);
  });
});

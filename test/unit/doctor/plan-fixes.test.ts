import { expect, test } from 'vitest';

import { installFix } from '../../../src/doctor/install-fix.ts';
import { planFixes } from '../../../src/doctor/plan-fixes.ts';
import type { DiagnosisHost } from '../../../src/model/diagnosis.ts';
import { sampleDiagnosis } from './sample-diagnosis.ts';

const INSTALL = 'env DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends';
const SYSCTL = { command: 'sysctl -w fs.inotify.max_user_instances=512', automatic: true };

function lacking(...packageLists: string[][]) {
  return (host: Partial<DiagnosisHost> = {}) => {
    const { host: complete } = sampleDiagnosis([], host);
    return sampleDiagnosis(
      packageLists.map((packages) => ({ status: 'fail' as const, fix: installFix(complete, packages) })),
      host,
    );
  };
}

test('where nothing is wrong nothing is planned', () => {
  expect(planFixes(sampleDiagnosis([{}]))).toEqual([]);
});

test('one apt-get command covers all missing packages, each once', () => {
  const diagnosis = lacking(['nftables', 'conntrack'], ['gcc', 'conntrack'])();
  expect(planFixes(diagnosis)).toEqual([`${INSTALL} conntrack gcc nftables`]);
});

test.each([null, 24 * 30])('package lists %s hours old are refreshed first', (aptListsAgeHours) => {
  expect(planFixes(lacking(['nftables'])({ aptListsAgeHours }))).toEqual([
    'apt-get update',
    `${INSTALL} nftables`,
  ]);
});

test('a user who is not root gets commands with sudo', () => {
  const plan = planFixes(lacking(['nftables'])({ uid: 1000, sudo: true, aptListsAgeHours: null }));
  expect(plan).toEqual(['sudo apt-get update', `sudo ${INSTALL} nftables`]);
});

test('elsewhere than on Debian packages are named, not installed', () => {
  const diagnosis = lacking(['nftables'])({ distribution: { name: 'Fedora', debianLike: false } });
  expect(planFixes(diagnosis)).toEqual([]);
  expect(diagnosis.drivers[0]?.checks[0]?.fix?.advice).toBe('install what Debian calls nftables');
});

test('a sysctl that two drivers ask for is set once', () => {
  const diagnosis = sampleDiagnosis([
    { status: 'warn', fix: SYSCTL },
    { status: 'warn', fix: SYSCTL },
  ]);
  expect(planFixes(diagnosis)).toEqual([SYSCTL.command]);
});

test('fixes of checks that passed, of mere infos, and those left to the user are not planned', () => {
  const diagnosis = sampleDiagnosis([
    { status: 'ok', fix: SYSCTL },
    { status: 'info', fix: SYSCTL },
    { status: 'fail', fix: { ...SYSCTL, automatic: false } },
    { status: 'fail', fix: { command: null, advice: 'another kernel', automatic: true } },
  ]);
  expect(planFixes(diagnosis)).toEqual([]);
});

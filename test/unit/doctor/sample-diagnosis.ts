import type { CheckResult, Diagnosis, DiagnosisHost } from '../../../src/model/diagnosis.ts';

/** A literal diagnosis for tests of what is made from one: root on Debian, fresh package lists. */
export function sampleDiagnosis(
  checks: Partial<CheckResult>[],
  host: Partial<DiagnosisHost> = {},
): Diagnosis {
  const complete = checks.map((check, at) => ({
    id: `check-${at}`,
    title: `check ${at}`,
    status: 'ok' as const,
    found: 'as found',
    expected: 'as expected',
    fix: null,
    tookMs: 1,
    ...check,
  }));
  const usable = complete.every((check) => check.status !== 'fail');
  return {
    schemaVersion: 1,
    host: {
      platform: 'linux',
      arch: 'x64',
      kernelRelease: '6.18.0',
      uid: 0,
      distribution: { name: 'Debian', debianLike: true },
      sudo: false,
      kernelModules: true,
      aptListsAgeHours: 1,
      ...host,
    },
    drivers: [{ driver: 'embedded', usable, checks: complete }],
    anyUsable: usable,
    tookMs: 400,
  };
}

import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';

import { renderDiagnosis } from '../../../src/doctor/render-diagnosis.ts';
import { sampleDiagnosis } from './sample-diagnosis.ts';

const diagnosis = sampleDiagnosis([
  { title: 'root', found: 'user id 0' },
  { title: 'IPVS', status: 'info', found: 'absent' },
  {
    title: 'inotify',
    status: 'warn',
    found: '128',
    expected: '≥ 512',
    fix: { command: 'sysctl -w x=512', automatic: true },
  },
  { title: 'conntrack', status: 'skipped', found: 'not tried: needs root' },
  {
    title: 'memory',
    status: 'fail',
    found: '1.0 GiB',
    expected: '2.0 GiB',
    fix: { command: 'make room', advice: 'stop something', automatic: false },
  },
]);

test('what is well takes one line, what is not says what was expected and what mends it', () => {
  expect(renderDiagnosis(diagnosis, { colour: false })).toBe(
    `Debian, kernel 6.18.0, x64

embedded: not usable, 1 failed, 1 to look at
  ✓ root: user id 0
  i IPVS: absent
  ! inotify: 128
      expected  ≥ 512
      fix       sysctl -w x=512
  - conntrack: not tried: needs root
  ✗ memory: 1.0 GiB
      expected  2.0 GiB
      fix       stop something
                make room

No cluster driver can run here (looked in 0.4 s).
`,
  );
});

test('colours add nothing but colours', () => {
  const coloured = renderDiagnosis(diagnosis, { colour: true });
  expect(coloured).toContain('\u001B[31m✗');
  expect(stripVTControlCharacters(coloured)).toBe(renderDiagnosis(diagnosis, { colour: false }));
});

test('the closing line names the drivers that can run', () => {
  expect(renderDiagnosis(sampleDiagnosis([{}]), { colour: false })).toContain(
    '\nCan run: embedded (looked in 0.4 s).\n',
  );
});

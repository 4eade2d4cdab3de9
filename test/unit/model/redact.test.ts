import { expect, it } from 'vitest';

import { redactArguments, redactData, redactText } from '../../../src/model/redact.ts';

const SECRET = 'tr0ub4dor-and-3';
const JWT = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';

it.each([
  `Authorization: Bearer ${SECRET}`,
  `Basic ${Buffer.from(`me:${SECRET}`).toString('base64')}`,
  `postgres://app:${SECRET}@db:5432/x`,
  `--password=${SECRET}`,
  `/login?user=a&token=${SECRET}&x=1`,
  `{"user":"a","api_key":"${SECRET}"}`,
  `DB_PASSWORD=${SECRET}`,
  `a token ${JWT} in a sentence`,
])('the secret of %j is left out', (text) => {
  const shown = redactText(text);
  expect(shown).toContain('<redacted>');
  for (const part of [SECRET, JWT, Buffer.from(`me:${SECRET}`).toString('base64')])
    expect(shown).not.toContain(part);
});

it.each([
  'Container app failed liveness probe, will be restarted',
  'fresh 3 of 40 failed: connection-refused',
  'http://198.18.0.1:30080/healthz?delay=3',
  'sleep 5 && kill -TERM 1',
])('%j stays as it is', (text) => {
  expect(redactText(text)).toBe(text);
});

it('the value of a secret option is left out, the option stays', () => {
  const words = [
    'run',
    '--token',
    SECRET,
    '--registry',
    `https://me:${SECRET}@r`,
    '--blocks',
    '3',
    '--key-file',
    'k',
  ];
  expect(redactArguments(words)).toEqual(
    ['run', '--token', '<redacted>', '--registry', 'https://<redacted>@r', '--blocks', '3', '--key-file', 'k'], // prettier-ignore
  );
});

it('of a Pod, variables, secret headers and the copy that kubectl keeps are left out, and nothing else', () => {
  const container = {
    name: 'app',
    args: ['--db-password', SECRET, '--port', '80'],
    env: [
      { name: 'CONFIG', value: SECRET },
      { name: 'FROM', valueFrom: { secretKeyRef: { name: 'db', key: 'password' } } },
    ],
    readinessProbe: { httpGet: { path: '/', httpHeaders: [{ name: 'X-Api-Key', value: SECRET }, { name: 'Host', value: 'a' }] } }, // prettier-ignore
  };
  const pod = {
    metadata: { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': SECRET, note: 'kept' } },
    spec: { containers: [container], terminationGracePeriodSeconds: 30, automountServiceAccountToken: false },
  };
  const shown = redactData(pod);
  expect(JSON.stringify(shown)).not.toContain(SECRET);
  expect(shown).toEqual({
    metadata: {
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '<redacted>', note: 'kept' },
    },
    spec: {
      ...pod.spec,
      containers: [
        {
          ...container,
          args: ['--db-password', '<redacted>', '--port', '80'],
          env: [{ name: 'CONFIG', value: '<redacted>' }, container.env[1]],
          readinessProbe: { httpGet: { path: '/', httpHeaders: [{ name: 'X-Api-Key', value: '<redacted>' }, { name: 'Host', value: 'a' }] } }, // prettier-ignore
        },
      ],
    },
  });
});

it('of a scenario, secret headers and variables are left out by name', () => {
  const written = {
    headers: { Authorization: SECRET, Accept: 'text/html' },
    env: { DB_PASSWORD: SECRET, MODE: 'a' },
  };
  expect(redactData(written)).toEqual({
    headers: { Authorization: '<redacted>', Accept: 'text/html' },
    env: { DB_PASSWORD: '<redacted>', MODE: 'a' },
  });
});

it.each([
  ['one word', 'x'],
  ['beginnings of URLs', 'a.'],
  ['ends of URLs', 'a://'],
  ['beginnings of JSON web tokens', 'eyJ-'],
  ['parts of JSON web tokens', 'eyJaaaaaaaa.'],
  ['names of secrets', 'token'],
  ['names and spaces', 'token '],
  ['schemes', 'Bearer '],
  ['spaces', ' '],
])('megabytes of %s are read through once, not again for each place in them', (_, part) => {
  const text = part.repeat(4e6 / part.length);
  expect(redactText(text).length).toBeGreaterThan(0);
});

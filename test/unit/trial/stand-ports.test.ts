import { expect, test } from 'vitest';

import { standPorts } from '../../../src/trial/stand-ports.ts';
import { scenario } from '../scenario/minimal-scenario.ts';

const ports = (changes: Readonly<Record<string, string>> = {}) => {
  const next = standPorts(scenario(changes));
  return [next(), next(), next()];
};

test('each deployment of the sample app listens at a port of its own', () => {
  expect(ports()).toEqual([8080, 8081, 8082]);
});

test.each([
  [
    'a strategy names it',
    { 'preStop: { sleepSeconds: 5 }': "preStop: { exec: [curl, 'http://[::1]:8080/'] }" },
  ],
  ['a strategy sets the variable for it', { '- name: none': '- { name: none, env: { PORT: "8080" } }' }],
  ['the app has the variable set', { 'sample: http': 'sample: http, env: { PORT: "8080" }' }],
])('all listen at the usual one where %s', (_, changes) => {
  expect(ports(changes)).toEqual([8080, 8080, 8080]);
});

import { expect, test } from 'vitest';

import { contextNames } from '../../../../src/doctor/checks/kubeconfig.ts';

test('the names of all contexts are read, in YAML and in JSON', () => {
  expect(contextNames('contexts:\n- {name: kind-a, context: {}}\n- name: prod\n')).toEqual([
    'kind-a',
    'prod',
  ]);
  expect(contextNames('{"contexts": [{"name": "one"}]}')).toEqual(['one']);
});

test.each(['', 'contexts:\n', 'kind: Config\n', 'contexts: [{}]\n'])('%j names no context', (text) => {
  expect(contextNames(text)).toEqual([]);
});

test('a text that is no YAML throws', () => {
  expect(() => contextNames('a: [')).toThrow();
});

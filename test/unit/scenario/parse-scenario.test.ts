import { expect, test } from 'vitest';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import { edited, MINIMAL, scenario } from './minimal-scenario.ts';

/** What a user reads: the message and the evidence below it. */
function complaint(text: string): string {
  try {
    parseScenario(text, 's.yaml');
  } catch (error) {
    if (!(error instanceof DrainbenchError)) throw error;
    expect(error).toMatchObject({ code: 'scenario-invalid', exitCode: 64 });
    return [error.message, error.detail].filter((part) => part !== undefined).join('\n');
  }
  throw new Error('the scenario was accepted');
}

test('a minimal scenario gets every default', () => {
  expect(scenario().spec).toMatchObject({
    blocks: 5,
    seed: 1,
    cluster: { driver: 'auto', nodes: 2, proxyMode: 'nftables' },
    app: { sample: 'http', replicas: 3, latencyMs: 20, keepAlive: true },
    strategies: [{ preStop: 'none', terminationGracePeriodSeconds: 30 }, { preStop: { sleepSeconds: 5 } }],
    timing: { settleMs: 1000 },
  });
});

const MANIFEST = 'app: { manifest: app.yaml, workload: { kind: Deployment, name: web }, port: 80 }';
const [UP_TO_STRATEGIES = ''] = edited({ 'app: { sample: http }': MANIFEST }).split('  strategies:');

test('a manifest is measured as it is where no strategy is named, and a strategy keeps what it does not name', () => {
  const alone = parseScenario(UP_TO_STRATEGIES, 's.yaml').spec.strategies;
  const own = { preStop: 'own', terminationGracePeriodSeconds: 'own' };
  expect(alone).toEqual([{ name: 'as-is', asIs: true, mustPass: false, ...own }]);
  const named = `${UP_TO_STRATEGIES}  strategies:\n    - { name: a, preStop: none }\n    - { name: b, terminationGracePeriodSeconds: 9 }\n`;
  expect(parseScenario(named, 's.yaml').spec.strategies).toMatchObject([
    { preStop: 'none', terminationGracePeriodSeconds: 'own' },
    { preStop: 'own', terminationGracePeriodSeconds: 9 },
  ]);
});

test('what keeps a manifest’s settings needs a manifest, and asIs takes nothing beside it', () => {
  expect(complaint(edited({ '- name: none': '- name: none\n      asIs: true' }))).toContain(
    '`asIs` keeps what a manifest says, and this app has none',
  );
  expect(complaint(edited({ '- name: none': '- name: none\n      preStop: own' }))).toContain(
    '`preStop` keeps what a manifest says, and this app has none',
  );
  const both = `${UP_TO_STRATEGIES}  strategies:\n    - { name: a, asIs: true, env: { A: b } }\n`;
  expect(complaint(both)).toContain('`env` changes the manifest, and `asIs` changes nothing of it');
  const none = edited({}).split('  strategies:')[0] ?? '';
  expect(complaint(none)).toContain('only an app by its manifest has a default');
});

test('an unknown key is shown in its line, with the nearest valid key', () => {
  expect(complaint(edited({ '  app:': '  blokcs: 3\n  app:' }))).toBe(
    ['s.yaml:7:3: unknown key `blokcs`; did you mean `blocks`?', '  7 |   blokcs: 3', '    |   ^^^^^^'].join(
      '\n',
    ),
  );
});

test.each([
  [
    'a key at the wrong level',
    { 'spec:': 'blocks: 3\nspec:' },
    '6:1: unknown key `blocks`; did you mean `spec.blocks`?',
  ],
  [
    'a key like no other',
    { 'spec:': 'zzz: 3\nspec:' },
    '6:1: unknown key `zzz`; valid here: `apiVersion`, `kind`, `metadata`, `spec`',
  ],
  [
    'a key of a list item',
    { 'ratePerSecond: 100': 'ratePerSecond: 100\n      conections: 3' },
    '12:7: unknown key `conections`; did you mean `connections`?',
  ],
  [
    'a key of a flow mapping',
    { '{ sleepSeconds: 5 }': '{ sleepSeconds: 5, sleep: 5 }' },
    '17:35: unknown key `sleep`; did you mean `sleepSeconds`?',
  ],
  [
    'a misspelt key of a union',
    { '{ sample: http }': '{ sampel: http }' },
    '7:10: unknown key `sampel`; did you mean `sample`?',
  ],
  [
    'a missing key',
    { '\n    - name: none': '\n    - preStop: none' },
    '15:7: missing key `name`: expected text',
  ],
  [
    'a missing list',
    { '  disruptions:\n    - type: delete\n': '' },
    '6:1: missing key `disruptions`: expected a list',
  ],
  [
    'an enum',
    { 'connections: fresh': 'connections: frsh' },
    '10:20: `spec.loads[0].connections`: expected `fresh` or `keep-alive`, found the text "frsh"; did you mean `fresh`?',
  ],
  ['a literal', { 'kind: Scenario': 'kind: Pod' }, '2:7: `kind`: expected `Scenario`, found the text "Pod"'],
  [
    'a discriminator',
    { 'type: delete': 'type: delte' },
    '13:13: `spec.disruptions[0].type`: expected `none`, `delete`, `delete-many`, `force-delete`, `rollout-restart`, `evict`, `drain`, `taint`, `scale-down`, `delete-owner`, `preempt`, `kill-container`, `restart-kubelet` or `restart-runtime`, found the text "delte"; did you mean `delete`?',
  ],
  [
    'a missing discriminator',
    { '- type: delete': '- {}' },
    '13:7: missing key `type`: expected `none`, `delete`',
  ],
  [
    'no branch of a union',
    { '{ sleepSeconds: 5 }': 'sleep' },
    '17:16: `spec.strategies[1].preStop`: expected `own`, `none`, a mapping with `sleepSeconds`',
  ],
  [
    'a number as text',
    { 'sleepSeconds: 5': "sleepSeconds: '5'" },
    '17:32: `spec.strategies[1].preStop.sleepSeconds`: expected a number, found the text "5"',
  ],
  [
    'a fraction',
    { 'sleepSeconds: 5': 'sleepSeconds: 1.5' },
    '17:32: `spec.strategies[1].preStop.sleepSeconds`: expected a whole number, found `1.5`',
  ],
  ['a number too large', { 'sleepSeconds: 5': 'sleepSeconds: 9999' }, 'expected at most 3600, found `9999`'],
  ['an empty value', { '  name: minimal': '  name:' }, '4:3: `metadata.name`: expected text, found nothing'],
  [
    'a name that no label could carry',
    { 'name: sleep-5': 'name: Sleep 5' },
    '16:13: `spec.strategies[1].name`: expected lower-case letters, digits and dashes',
  ],
  ['an empty list', { '\n    - type: delete': ' []' }, '12:3: `spec.disruptions`: must not be empty'],
  [
    'a rule across keys',
    { '      ratePerSecond: 100\n': '' },
    '9:7: `spec.loads[0].ratePerSecond`: the native engine is an open model: it needs ratePerSecond',
  ],
  [
    'a name used twice',
    { 'name: sleep-5': 'name: none' },
    '16:13: the name `none` is taken by `spec.strategies[0]`',
  ],
  [
    'a reserved name',
    { 'name: sleep-5': 'name: positive-control' },
    '16:13: `positive-control` is the name of a trial that every run adds by itself',
  ],
  [
    'a sleep that the API server refuses',
    { 'sleepSeconds: 5': 'sleepSeconds: 31' },
    '17:32: the API server refuses a sleep of 31 s, which is longer than terminationGracePeriodSeconds (30)',
  ],
  [
    'more Pods than there are',
    { 'type: delete': 'type: delete-many\n      pods: 4' },
    '14:13: `pods` is 4, but the app has 3 replicas',
  ],
  [
    'latency bounds the wrong way round',
    { '{ sample: http }': '{ sample: http, latencyMs: { min: 5, max: 1 } }' },
    '7:42: `min` (5) is above `max` (1)',
  ],
  [
    'a way that only leads there from inside',
    { 'connections: fresh': 'connections: fresh\n      via: clusterIP' },
    '11:12: `clusterIP` can be reached from inside the cluster only: add `from: inside`',
  ],
  [
    'a node for a load that runs on none',
    { 'connections: fresh': 'connections: fresh\n      node: node1' },
    '11:13: a load on this machine runs on no node: add `from: inside`',
  ],
  [
    'a retry on connections that are never used again',
    { 'connections: fresh': 'connections: fresh\n      retry: idempotent-once' },
    '11:7: `retry` is about connections that are used again, and `connections: fresh` uses none twice',
  ],
  [
    'an idle time-out of connections that are never idle',
    { 'connections: fresh': 'connections: fresh\n      idleTimeoutMs: 1000' },
    '11:7: `idleTimeoutMs` is about connections that are used again',
  ],
  [
    'a pool order for an engine without a pool',
    {
      'connections: fresh':
        'connections: keep-alive\n      engine: autocannon\n      poolOrder: newest-first',
    },
    '12:18: each connection of the engine `autocannon` has requests of its own',
  ],
  [
    'a load of k6 without a rate',
    { 'ratePerSecond: 100': 'engine: k6' },
    'the k6 engine is an open model: it needs ratePerSecond',
  ],
  [
    'a load of k6 inside the cluster',
    { 'connections: fresh': 'connections: fresh\n      engine: k6\n      from: inside' },
    '12:13: k6 runs on this machine only',
  ],
  [
    'a retry that k6 decides itself',
    { 'connections: fresh': 'connections: keep-alive\n      engine: k6\n      retry: idempotent-once' },
    "12:14: k6 repeats as Go's transport does, whatever a scenario says",
  ],
  [
    'an idle time-out that k6 does not have',
    { 'connections: fresh': 'connections: keep-alive\n      engine: k6\n      idleTimeoutMs: 1000' },
    '12:7: k6 keeps its idle connections for as long as it runs',
  ],
  [
    'a retry of a kind that is none',
    { 'connections: fresh': 'connections: keep-alive\n      retry: always' },
    '11:14:',
  ],
  ['a target that is none', { 'strategies:': 'target: { maxP99Ms: 0 }\n  strategies:' }, '14:23:'],
  [
    'an app mode for an app of their own',
    {
      '{ sample: http }': '{ image: a, port: 80, readinessProbe: none }',
      'name: none': 'name: none\n      shutdown: { mode: drain }',
    },
    '16:7: `shutdown` tells the sample app what to do',
  ],
  [
    'a disruption that is there twice',
    { '- type: delete': '- { type: evict }\n    - { type: evict, pods: 1, retryForSeconds: 60 }' },
    '14:15: the same as `spec.disruptions[0]`: their trials could not be told apart',
  ],
  [
    'a grace period that the trial does not wait for',
    { 'name: none': 'name: none\n      terminationGracePeriodSeconds: 90' },
    '16:38: a Pod of `none` may take 90 s to end, and `timing.recoverTimeoutMs` (90000) waits no longer: set it to 120000, say',
  ],
  [
    'a wait that is shorter than the grace period by default',
    { 'strategies:': 'timing: { recoverTimeoutMs: 30000 }\n  strategies:' },
    '16:7: a Pod of `none` may take 30 s to end',
  ],
])('%s is shown at its place', (_what, replacements: Record<string, string>, expected) => {
  const text = complaint(edited(replacements));
  expect(text).toContain(`s.yaml:${/^\d/.test(expected) ? expected : ''}`);
  expect(text).toContain(expected);
  expect(text).toContain(' | ');
});

test.each(['native', 'autocannon'])(
  'the engine %s may go by a headless name: it looks it up as often as its time to live asks',
  (engine) => {
    const { spec } = scenario({
      'connections: fresh': `connections: fresh\n      engine: ${engine}\n      from: inside\n      via: headless`,
    });
    expect(spec.loads[0]).toMatchObject({ engine, from: 'inside', via: 'headless' });
  },
);

test('all mistakes are reported at once, in the order of the file', () => {
  const text = complaint(
    edited({ 'kind: Scenario': 'kind: Pod', 'name: minimal': 'nmae: minimal', 'type: delete': 'type: x' }),
  );
  expect(text).toMatch(/^s\.yaml is not a valid scenario: 3 mistakes$/m);
  expect([...text.matchAll(/^s\.yaml:(\d+):/gm)].map(([, line]) => line)).toEqual(['2', '4', '13']);
});

test('a misspelt required key is one mistake, not an unknown and a missing one', () => {
  expect(complaint(edited({ 'name: minimal': 'nmae: minimal' }))).toMatch(
    /^s\.yaml:4:3: unknown key `nmae`; did you mean `name`\?/,
  );
});

test('only the mistakes of the branch that was meant are told', () => {
  const text = complaint(edited({ '{ sample: http }': '{ image: nginx, prot: 80, readinessProbe: none }' }));
  expect(text).toMatch(/^s\.yaml:7:24: unknown key `prot`; did you mean `port`\?\n/);
});

test.each([
  ['a duplicate key', 'a: 1\nb: 2\na: 3\n', 's.yaml:3:1: this key is here twice'],
  ['a tab as indentation', 'a:\n\tb: 2\n', 's.yaml:2:1: a tab cannot indent YAML'],
  ['an empty file', '', 's.yaml:1:1: the file is empty'],
  ['nothing but comments', '# only this\n', 's.yaml:1:1: the file is empty'],
  ['several documents', `${MINIMAL}---\na: 1\n`, 's.yaml:18:1: a file holds one scenario, found 2 documents'],
  ['an unclosed bracket', 'a: [1, 2\n', 's.yaml:2:1: not valid YAML'],
  ['an unknown alias', 'a: *nowhere\n', 'nowhere'],
  ['an unknown tag', 'a: !secret b\n', 's.yaml:1:4: not valid YAML: unresolved tag'],
  ['a scalar', 'hello\n', 's.yaml:1:1: the document: expected a mapping, found the text "hello"'],
  ['a list', '- a\n- b\n', 'the document: expected a mapping, found a list'],
])('broken YAML is refused with its place: %s', (_what, text, expected) => {
  expect(complaint(text)).toContain(expected);
});

test('an alias bomb is refused instead of expanded', () => {
  const levels = Array.from(
    { length: 9 },
    (_, level) => `l${level + 1}: &l${level + 1} [${`*l${level}, `.repeat(9)}]`,
  );
  expect(complaint(['l0: &l0 [a, a]', ...levels].join('\n'))).toContain('Excessive alias count');
});

test('anchors, aliases and merge keys are understood, and mistakes in them located', () => {
  const shared = edited({
    'name: none': 'name: none\n      readinessProbe: &probe { path: /ready }',
    'name: sleep-5': 'name: sleep-5\n      readinessProbe: { <<: *probe, periodSeconds: 2 }',
  });
  expect(parseScenario(shared, 's.yaml').spec.strategies[1]?.readinessProbe).toMatchObject({
    path: '/ready',
    periodSeconds: 2,
  });
  expect(complaint(shared.replace('path: /ready', 'path: ready'))).toContain(
    's.yaml:16:38: `spec.strategies[0]',
  );
});

test('Windows line ends and a byte order mark do not shift the place', () => {
  const text = `\uFEFF${edited({ 'type: delete': 'type: x' }).replaceAll('\n', '\r\n')}`;
  expect(complaint(text)).toMatch(/^s\.yaml:13:13: .*\n 13 \| {5}- type: x\n {4}\| {13}\^$/);
});

test('a long line is cut around the mistake', () => {
  const text = complaint(edited({ 'question: Does it work?': `question: '${'why '.repeat(100)}', x: 1` }));
  for (const line of text.split('\n').slice(1)) expect(line.length).toBeLessThan(120);
});

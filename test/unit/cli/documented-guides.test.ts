import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';

import { cureOf } from '../../../src/analyze/answer/cure-of.ts';
import { CAUSES } from '../../../src/model/attribution.ts';
import { CONTRACTS } from '../../../src/model/contract.ts';
import { EXIT } from '../../../src/model/exit-code.ts';
import { parseScenario } from '../../../src/scenario/parse-scenario.ts';
import { markdownFiles, ROOT } from './documents.ts';

const read = (path: string) => readFile(join(ROOT, path), 'utf8');
const why = await read('docs/guides/why-requests-fail.md');
const failures = parse<Record<string, string>>(await read('reports/example/failures.csv'), { columns: true });

/** What stands below the heading of a cause. */
function sectionOf(cause: string): string {
  const [, rest = ''] = why.split(`\n## ${cause}\n`);
  return rest.split('\n## ')[0] ?? '';
}

test('the guide to causes has a section for each, in the order of the model', () => {
  expect([...why.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading)).toEqual([...CAUSES]);
});

test.each(CAUSES)('the guide gives failures by %s the cure that reports give', (cause) => {
  const section = sectionOf(cause).toLowerCase();
  expect(section).toContain('**cure');
  for (const keptAlive of [false, true]) {
    const cure = cureOf(cause, { keptAlive, killed: false, longestIdleMs: null, lastRulesMs: null });
    if (cure !== null) expect(section).toContain(cure.toLowerCase());
  }
});

test.each(CAUSES)('the guide says truly how many requests failed by %s in the stored example', (cause) => {
  const count = failures.filter((row) => row['cause'] === cause).length;
  const words = count === 0 ? 'not in the stored example' : `${count} requests`;
  expect(sectionOf(cause)).toContain(`**In the example:** ${words}`);
});

test.each(CAUSES)(
  'the guide says truly how many failures that were seeded by %s got that cause',
  async (cause) => {
    const [, told] = /Seeded: (\d+ of \d+) attributed to it/.exec(sectionOf(cause)) ?? [];
    if (told === undefined) return;
    const page = await read('reports/example/truth/README.md');
    expect(page).toMatch(new RegExp(`^\\| ${cause} \\|.*\\(${told}\\) \\|$`, 'm'));
  },
);

test('the guide to a Pod’s end says truly which contracts the stored example shows, and how often', async () => {
  const text = await read('docs/how-kubernetes-ends-a-pod.md');
  const rows = parse<Record<string, string>>(await read('reports/example/contracts.csv'), { columns: true });
  for (const contract of CONTRACTS) {
    const states = rows.filter((row) => row['contract'] === contract).map((row) => row['state']);
    const [line = ''] = text
      .split('\n')
      .filter((each) => each.startsWith('|') && each.includes(`\`${contract}\``))
      .slice(-1);
    expect(line).toContain(states.length === 0 ? 'not in it' : `${states.length} held`);
    expect(
      states.filter((state) => state !== 'held'),
      contract,
    ).toEqual([]);
  }
});

test('every Pod, and every failed request, that a guide names is one of the stored example', async () => {
  const milestones = await read('reports/example/milestones.csv');
  const guides = (await markdownFiles()).filter(
    ({ file }) => file === 'README.md' || file.startsWith('docs/'),
  );
  const text = guides.map((guide) => guide.text).join('\n');
  const pods = [...text.matchAll(/\bt\d{3}-[a-z0-9-]+\b/g)].map(([pod]) => pod);
  expect(pods.length).toBeGreaterThan(1);
  expect(pods.filter((pod) => !milestones.includes(`,${pod},`))).toEqual([]);

  const requests = [...why.matchAll(/`([a-z-]+)-(\d+)` of trial (\d+)/g)];
  expect(requests.length).toBeGreaterThan(3);
  for (const [words, load, id, trial] of requests) {
    const found = failures.find((row) => row['trial'] === trial && row['load'] === load && row['id'] === id);
    expect(sectionOf(found?.['cause'] ?? ''), words).toContain(words);
  }
});

test('the README says truly how many requests failed at the Pod whose race it shows', async () => {
  const readme = await read('README.md');
  const [, pod = '', count = ''] =
    /\(`(t\d{3}-[a-z0-9-]+)`, \[milestones[^]*?(\d+) requests are still sent/.exec(readme) ?? [];
  expect(Number(count)).toBe(failures.filter((row) => row['sentToPod'] === pod).length);
});

test('the figures of the truth tests that are told are those of the stored result', async () => {
  const page = await read('reports/example/truth/README.md');
  const [, agreed = '', total = ''] = /^\| \*\*all\*\* .*\((\d+) of (\d+)\) \|$/m.exec(page) ?? [];
  const [, certain = ''] = /^\| certain \| .* \| (\d+), 0 wrong .*\| none wrong \|$/m.exec(page) ?? [];
  const figure = (text: string) => Number(text).toLocaleString('en-US');
  const told = `of ${figure(total)} failures all but ${Number(total) - Number(agreed)} agree, and all ${figure(certain)} causes that were called certain are right`;
  for (const file of ['README.md', 'docs/guides/faq.md']) expect(await read(file)).toContain(told);
});

test('the README begins with the commands that measure and that check', async () => {
  expect(await read('README.md')).toMatch(/^# drainbench\n\n {4}make bench .*\n {4}make test .*\n\n/);
});

test('the guide to CI names every exit code', async () => {
  const text = await read('docs/guides/in-ci.md');
  for (const code of Object.values(EXIT)) expect(text).toContain(`\n| ${code} |`);
});

test('every scenario that a document shows whole is valid', async () => {
  const blocks = (await markdownFiles()).flatMap(({ file, text }) =>
    [...text.matchAll(/^```yaml\n(apiVersion: drainbench[^]*?)^```$/gm)].map(([, yaml = '']) => ({
      file,
      yaml,
    })),
  );
  expect(blocks.length).toBeGreaterThan(0);
  for (const { file, yaml } of blocks) expect(parseScenario(yaml, file).metadata.name).not.toBe('');
});

test('the guide to CI and the examples know the inputs of the action and the variables of its script', async () => {
  const action = parseYaml(await read('action.yml')) as {
    readonly inputs: Readonly<Record<string, unknown>>;
  };
  const guide = await read('docs/guides/in-ci.md');
  const script = await read('scripts/ci-run.sh');
  const variables = [...script.matchAll(/^# {3}([A-Z_]+) /gm)].map(([, variable = '']) => variable);
  for (const name of [...Object.keys(action.inputs), ...variables])
    expect(guide).toContain(`| \`${name}\` |`);

  const given = [guide, await read('examples/ci/github.yml')].flatMap((text) => inputsGivenIn(text));
  expect(given).toContain('scenario');
  expect(given.filter((name) => !(name in action.inputs))).toEqual([]);
});

/** Names below `with:` of the step that uses drainbench. */
function inputsGivenIn(text: string): readonly string[] {
  const [, step = ''] =
    /uses: OWNER\/drainbench@main.*\n +with: *((?:\{.*\})|(?:\n(?: {10,}.*\n?)+))/.exec(text) ?? [];
  return Object.keys(parseYaml(step) as Readonly<Record<string, unknown>>);
}

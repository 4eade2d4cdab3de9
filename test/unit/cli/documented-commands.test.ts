import { describe, expect, test, vi } from 'vitest';

import { anchorsOf, brokenLinks } from './broken-links.ts';
import { codeIn, markdownFiles, userDocuments } from './documents.ts';
import { shellCommands } from './shell-commands.ts';
import { isOurCommand, missingFiles, whyWrong } from './why-wrong.ts';

// The program takes over the signals of its process, and this one is the test runner's. No action runs here.
vi.mock('../../../src/cli/interruption.ts', () => ({ interruption: {} }));

const documents = await userDocuments();
const markdown = await markdownFiles();

test('commands are looked for where users read them', () => {
  const files = documents.map(({ file }) => file);
  for (const file of ['README.md', 'docs/methodology.md', 'examples/ci/gitlab.yml', 'reports/README.md'])
    expect(files).toContain(file);
  const commands = documents
    .flatMap(codeIn)
    .flatMap(({ text }) => shellCommands(text))
    .filter(isOurCommand);
  expect(commands.length).toBeGreaterThan(60);
});

test.each(documents)(
  'every command in $file exists, with the options and arguments that it is shown with',
  async (document) => {
    const wrong = [];
    for (const fragment of codeIn(document))
      for (const why of await whyWrong(fragment)) wrong.push(`${fragment.file}:${fragment.line}: ${why}`);
    expect(wrong).toEqual([]);
  },
);

test.each(documents)('every file of this repository that code in $file names is there', (document) => {
  const missing = codeIn(document).flatMap(({ file, line, text }) =>
    missingFiles(text).map((path) => `${file}:${line}: ${path}`),
  );
  expect(missing).toEqual([]);
});

test.each(markdown)(
  'every relative link in $file leads to a file, and to a heading where it names one',
  async (document) => {
    expect(await brokenLinks(document)).toEqual([]);
  },
);

describe('a mistake in a document is reported', () => {
  const inBlock = (text: string) => whyWrong({ file: 'x.md', line: 1, text, isSpan: false });
  const inSentence = (text: string) => whyWrong({ file: 'x.md', line: 1, text, isSpan: true });

  test.each([
    ['npx drainbench rnu a.yaml', 'there is no command rnu'],
    ['npx drainbench run a.yaml --blokcs 3', "unknown option '--blokcs'"],
    ['bin/drainbench explain reports/latest', "missing required argument 'request'"],
    ['sudo npx drainbench doctor now', 'too many arguments'],
    ['npx drainbench cluster up --nodes', 'argument missing'],
    ['npx drainbench cluster upp', 'there is no command upp'],
    ['drainbench run a.yaml --driver docker', 'Allowed choices are'],
    ['kubectl get pods | drainbench check - --format xml', 'Allowed choices are'],
    ['npx drainbench run scenarios/nothing.yaml', 'there is no file'],
    ['npx drainbench run scenarios/prestop-on-delete.yaml --strategy slep-2', 'no strategy'],
    ['make bnech', 'the Makefile has no target bnech'],
    ['make bench SCENARO=a.yaml', 'the Makefile has no SCENARO'],
  ])('%s', async (command, why) => {
    expect((await inBlock(command)).join()).toContain(why);
  });

  test('an option that a sentence gives to a command is held against it too', async () => {
    expect(await inSentence('drainbench compare')).toEqual([]);
    expect((await inSentence('drainbench compare --basline history')).join()).toContain('unknown option');
  });

  test('a command is right with the words in capitals that its reader fills in', async () => {
    expect(await inBlock('npx drainbench compare RUN_A RUN_B > a.txt   # side by side')).toEqual([]);
    expect(await inBlock('make bench SCENARIO=a.yaml BLOCKS=10 && make test')).toEqual([]);
    expect(await inBlock('npx drainbench cluster kubectl -- get pods -A -o wide')).toEqual([]);
  });

  test('a file that is not there is named', () => {
    expect(missingFiles('node scripts/nothing.ts; make bench SCENARIO=scenarios/nothing.yaml')).toEqual([
      'scripts/nothing.ts',
      'scenarios/nothing.yaml',
    ]);
  });

  test('a link to a file or heading that is not there is named with its line', async () => {
    const text =
      '# One\n[a](README.md) [b](nothing.md)\n[c](#one) [d](#two) `[e](no.md)`\n[f](docs/glossary.md#what)';
    expect(await brokenLinks({ file: 'x.md', text })).toEqual([
      'x.md:2: nothing.md',
      'x.md:3: #two',
      'x.md:4: docs/glossary.md#what',
    ]);
  });

  test('anchors are those that GitHub makes', () => {
    expect([...anchorsOf('# A `b`: C, d?\n## x\n## x\n### requests-&lt;load&gt;.csv: the ledger')]).toEqual([
      'a-b-c-d',
      'x',
      'x-1',
      'requests-loadcsv-the-ledger',
    ]);
  });
});

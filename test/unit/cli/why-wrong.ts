import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CommanderError, type Command } from 'commander';

import { commandLine } from '../../../src/cli/command-line.ts';
import { DrainbenchError } from '../../../src/model/drainbench-error.ts';
import { loadScenario } from '../../../src/scenario/load-scenario.ts';
import { withOnly } from '../../../src/scenario/with-only.ts';
import { ROOT, type CodeFragment } from './documents.ts';
import { shellCommands, type Words } from './shell-commands.ts';

/** Files and folders of this checkout, as documents name them. */
const OWN_PATH = /^(scenarios|scripts|examples|docs|test|tools|reports\/example)\/[\w./-]*$/;

/** Whether it is a command that these checks are about. */
export function isOurCommand([program = '', second = '']: Words): boolean {
  return isDrainbench(program) || program === 'make' || (program === 'npx' && isDrainbench(second));
}

/** What is wrong with the commands of a piece of code, each as a sentence; empty where nothing is. */
export async function whyWrong({ text, isSpan }: CodeFragment): Promise<readonly string[]> {
  const wrong = [];
  for (const words of shellCommands(text)) {
    if (!isOurCommand(words)) continue;
    const [program, ...rest] = words[0] === 'npx' ? words.slice(1) : words;
    const why = program === 'make' ? await whyMakeFails(rest) : await whyDrainbenchFails(rest, isSpan);
    if (why !== null) wrong.push(`${words.join(' ')}: ${why}`);
  }
  return wrong;
}

/** Paths of this checkout in a piece of code that lead nowhere. */
export function missingFiles(text: string): readonly string[] {
  const words = shellCommands(text).flatMap((command) => command.flatMap((word) => word.split('=')));
  return words.filter((word) => OWN_PATH.test(word) && !existsSync(join(ROOT, word)));
}

function isDrainbench(word: string): boolean {
  return /^(.*\/bin\/|bin\/|\.\/bin\/)?drainbench$/.test(word);
}

async function whyMakeFails(words: Words): Promise<string | null> {
  const makefile = await readFile(join(ROOT, 'Makefile'), 'utf8');
  const targets = new Set([...makefile.matchAll(/^([a-z-]+):/gm)].map(([, target]) => target));
  const variables = new Set([...makefile.matchAll(/^([A-Z_]+) *\?=/gm)].map(([, variable]) => variable));
  for (const word of words) {
    const [variable, value] = word.split('=');
    if (value === undefined && !targets.has(word)) return `the Makefile has no target ${word}`;
    if (value !== undefined && !variables.has(variable)) return `the Makefile has no ${variable ?? ''}`;
  }
  return null;
}

/** Has the words parsed by the real program, whose actions are taken away. */
async function whyDrainbenchFails(words: Words, isSpan: boolean): Promise<string | null> {
  const given = words.filter((word) => word !== '…').map(asIfFilledIn);
  let command = commandLine();
  let depth = 0;
  for (const word of given) {
    const next = command.commands.find((each) => each.name() === word);
    if (next === undefined) break;
    command = next;
    depth += 1;
  }
  const rest = given.slice(depth);
  // A sentence that names a command does not call it.
  if (rest.length === 0 && (isSpan || command.commands.length > 0)) return null;
  if (command.commands.length > 0 && rest[0]?.startsWith('-') !== true)
    return `there is no command ${rest[0] ?? ''}`;
  return whyNotParsed(command, rest) ?? (await whyScenarioFails(command, rest));
}

/** What a reader puts in the place of a word in capitals. */
function asIfFilledIn(word: string): string {
  if (word === 'N') return '1';
  return /^[A-Z][A-Z0-9_]*$/.test(word) ? word.toLowerCase().replaceAll('_', '-') : word;
}

function whyNotParsed(command: Command, words: Words): string | null {
  // The hooks of commands above it would act.
  command.parent = null;
  const nothing = () => undefined;
  try {
    command
      .action(nothing)
      .configureOutput({ writeOut: nothing, writeErr: nothing })
      .parse(words, { from: 'user' });
    return null;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? null : error.message;
  }
}

/** Of a scenario that this checkout has: that the strategies and loads are there which the command names. */
async function whyScenarioFails(command: Command, words: Words): Promise<string | null> {
  const file = words.find((word) => word.startsWith('scenarios/') && word.endsWith('.yaml'));
  if (file === undefined || command.args[0] !== file || !['run', 'tune'].includes(command.name()))
    return null;
  const { strategy, load } = command.opts<{ strategy?: string[]; load?: string[] }>();
  try {
    withOnly(await loadScenario(join(ROOT, file)), { strategies: strategy, loads: load });
    return null;
  } catch (error) {
    if (error instanceof DrainbenchError) return error.message;
    return existsSync(join(ROOT, file)) ? String(error) : `there is no file ${file}`;
  }
}

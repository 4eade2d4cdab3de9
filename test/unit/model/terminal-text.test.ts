import { styleText } from 'node:util';
import { expect, it } from 'vitest';

import { colouredLines, commentLine, terminalLines, terminalText } from '../../../src/model/terminal-text.ts';

it.each([
  ['the title of a window (OSC, ended by BEL)', 'a\u001b]0;mine\u0007b'],
  ['a link (OSC, ended by ST)', 'a\u001b]8;;http://x\u001b\\b'],
  ['the clipboard (OSC 52)', 'a\u001b]52;c;cm0gLXJmIC8=\u0007b'],
  ['a colour (CSI)', 'a\u001b[31mb'],
  ['the cursor (CSI)', 'a\u001b[2J\u001b[1;1Hb'],
  ['an eight-bit CSI', 'a\u009b31mb'],
  ['an eight-bit OSC', 'a\u009d0;mine\u009cb'],
  ['a sequence that is cut off', 'a\u001b'],
  ['a carriage return and a backspace', 'a\rb\bc'],
  ['a line break, also those of YAML and browsers', 'a\nb\u0085c\u2028d\u2029e'],
  ['the direction of writing', 'a\u202eb\u2066c'],
])('a line does not bring %s to a terminal', (_what, text) => {
  const shown = terminalText(text);
  // eslint-disable-next-line no-control-regex -- the point
  expect(shown).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
  expect(shown).toMatch(/^a/);
});

it('several lines stay lines, with tabs', () => {
  expect(terminalLines('a\tb\r\nc\u001b[31m\n')).toBe('a\tb\nc\n');
});

it('our own colours stay, others do not', () => {
  const own = styleText(['bold', 'red'], 'fail', { validateStream: false });
  expect(colouredLines(`${own} \u001b[8mhidden\u001b[0m\n`)).toBe(`${own} hidden\n`);
});

it('a comment stays on its line', () => {
  expect(commentLine('asks\n---\nkind: ClusterRoleBinding')).toBe('# asks --- kind: ClusterRoleBinding');
  expect(commentLine('asks\u0085kind: ClusterRoleBinding')).toBe('# asks kind: ClusterRoleBinding');
});

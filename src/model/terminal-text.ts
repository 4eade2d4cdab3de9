import { stripVTControlCharacters } from 'node:util';

/** C0, DEL and C1; what breaks lines for YAML or a browser; what turns the direction of writing around. */
// eslint-disable-next-line no-control-regex -- control characters are what must go
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;
/** What `styleText` writes: bold, dim, and the colours of text. */
// eslint-disable-next-line no-control-regex -- the same
const COLOUR = /(\u001b\[(?:1|2|22|3\d)m)/;

/** Names and messages may come from a cluster or a server: no escape sequences into the user's terminal. One line. */
export function terminalText(text: string): string {
  return stripVTControlCharacters(text).replace(CONTROLS, ' ');
}

/** The same for several lines, which stay lines, with their tabs. */
export function terminalLines(text: string): string {
  return stripVTControlCharacters(text)
    .split(/\r?\n/)
    .map((line) => line.split('\t').map(terminalText).join('\t'))
    .join('\n');
}

/** The same for lines that we have coloured ourselves: the colours stay. */
export function colouredLines(text: string): string {
  return text
    .split(COLOUR)
    .map((part) => (COLOUR.test(part) ? part : terminalLines(part)))
    .join('');
}

/** Text as a comment of YAML or a shell: whatever is in it, it stays on its line. */
export function commentLine(text: string): string {
  return `# ${terminalText(text)}`.trimEnd();
}

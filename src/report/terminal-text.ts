import { stripVTControlCharacters } from 'node:util';

/** Names and messages may come from a cluster or a server: no escape sequences into the user's terminal. */
export function terminalText(text: string): string {
  // eslint-disable-next-line no-control-regex -- control characters are what must go
  return stripVTControlCharacters(text).replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}

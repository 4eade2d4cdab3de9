/** One command of a line of shell, as its words. */
export type Words = readonly string[];

/** What can stand before the name of a program. */
const BEFORE = /^(\$|-|!|sudo|run:|sh|then|do|[A-Z_]+=.*)$/;

/**
 * The commands of a line of shell, without comments and redirections. Good for what documents show, no more: quotes and
 * backslashes, `;`, `&&`, `||` and pipes.
 */
export function shellCommands(line: string): readonly Words[] {
  const commands: string[][] = [[]];
  for (const word of shellWords(line)) {
    if (/^(;|&&?|\|\|?)$/.test(word)) commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.map(withoutRedirections).map(withoutBefore);
}

function shellWords(line: string): readonly string[] {
  const words: string[] = [];
  const pattern = /\s+|(#.*)|(;|&&?|\|\|?)|((?:'[^']*'|"[^"]*"|\\.|[^\s;&|'"\\])+)/g;
  for (const [, comment, operator, word] of line.matchAll(pattern)) {
    if (comment !== undefined) break;
    if (operator !== undefined) words.push(operator);
    if (word !== undefined) words.push(word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, '$1$2$3'));
  }
  return words;
}

function withoutRedirections(words: Words): Words {
  return words.filter(
    (word, index) => !/^\d?[<>]/.test(word) && !/^\d?(<|>>?)$/.test(words[index - 1] ?? ''),
  );
}

function withoutBefore(words: Words): Words {
  const first = words.findIndex((word) => !BEFORE.test(word));
  return first < 0 ? [] : words.slice(first);
}

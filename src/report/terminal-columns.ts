import { stripVTControlCharacters } from 'node:util';

/** Rows as lines with aligned columns and a rule below the first row; ANSI colours take no room. */
export function terminalColumns(lines: readonly (readonly string[])[]): readonly string[] {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => width(line[column] ?? ''))),
  );
  const render = (line: readonly string[]): string =>
    line
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - width(cell)))
      .join('  ')
      .trimEnd();
  const [header, ...rows] = lines;
  return [render(header ?? []), widths.map((size) => '─'.repeat(size)).join('  '), ...rows.map(render)];
}

function width(text: string): number {
  return Array.from(stripVTControlCharacters(text)).length;
}

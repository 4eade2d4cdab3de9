/** How one kernel prints one event, and which fields its filters know. */
export interface PrintFormat {
  /** Names that `filter` accepts. */
  readonly fields: ReadonlySet<string>;
  /** Names that a printed line carries. */
  readonly printed: ReadonlySet<string>;
  /** The values of a printed line by name; `null` when it does not fit. */
  parse(text: string): Readonly<Record<string, string>> | null;
}

/**
 * Reads an event's `format` file, so that kernels which print other fields, or in another order, are understood too.
 * The line's form is taken from `print fmt: "sig=%d comm=%s …"`: numbers and addresses hold no blanks, names may.
 */
export function parsePrintFormat(format: string): PrintFormat | null {
  const template = /^print fmt: "((?:[^"\\]|\\.)*)"/m.exec(format)?.[1];
  if (template === undefined) return null;
  const printed: string[] = [];
  const pattern = template
    .split(/(\w+=%[a-zA-Z0-9]+)/)
    .map((part) => {
      const match = /^(\w+)=%([a-zA-Z0-9]+)$/.exec(part);
      if (match?.[1] === undefined || match[2] === undefined)
        return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      printed.push(match[1]);
      return `${match[1]}=${match[2] === 's' ? '(.*)' : '(\\S*)'}`;
    })
    .join('');
  const line = new RegExp(`^${pattern}$`, 's');
  return {
    fields: new Set(
      [...format.matchAll(/^\tfield:[^;]*?(\w+)(?:\[[^\]]*\])?;/gm)].map((match) => match[1] ?? ''),
    ),
    printed: new Set(printed),
    parse: (text) => {
      const match = line.exec(text);
      if (match === null) return null;
      return Object.fromEntries(printed.map((name, index) => [name, match[index + 1] ?? '']));
    },
  };
}

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
 * The line's form is taken from `print fmt: "sig=%d comm=%s …"`: numbers and addresses hold no blanks, names may. What
 * has no name (`From %pI4:%u`) is given by its place: `#1`, `#2` …
 */
export function parsePrintFormat(format: string): PrintFormat | null {
  const template = /^print fmt: "((?:[^"\\]|\\.)*)"/m.exec(format)?.[1];
  if (template === undefined) return null;
  const printed: string[] = [];
  let unnamed = 0;
  const pattern = template
    .split(CONVERSION)
    .map((part) => {
      const match = NAMED.exec(part);
      if (match === null) return part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
      const [, name = '', type] = match;
      if (name === '') unnamed++;
      printed.push(name === '' ? `#${unnamed}` : name);
      return `${name === '' ? '' : `${name}=`}${type === 's' ? '(.*)' : '(\\S*)'}`;
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

const CONVERSION = /((?:\w+=)?%[a-zA-Z0-9]+)/;
const NAMED = /^(?:(\w+)=)?%([a-zA-Z0-9]+)$/;

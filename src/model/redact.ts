/** Stands for what is nobody's business who is handed a run directory. */
export const REDACTED = '<redacted>';

/** Names of headers, variables, options and fields whose value is a secret. */
const SECRET_NAME =
  /auth(?:orization)?$|token|secret|passw|credential|cookie|session|api-?_?key|private-?_?key|access-?_?key|signature/i;
/** Names that such words are in although they only say where a secret is. */
const NO_SECRET = /(?:name|ref|file|path|dir|url|seconds|mode|policy|type|id)$/i;
// Texts can be megabytes long and anybody's: none of these may look at a stretch of text again for each place in it.
/** `Bearer abc`, `Basic abc`. */
const SCHEME = /\b(Bearer|Basic|Digest|Negotiate)\s+[\w+/=.~-]{6,}/gi;
/** The user and password of a URL. */
const USER_OF_URL = /(?<=[a-z0-9+.-]:\/\/)[^\s/@"']+@/gi;
const JSON_WEB_TOKEN = /(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*/g;
/** `token=abc`, `"password": "abc"`, of options, queries, forms and JSON. */
const ASSIGNMENT =
  /((?:token|secret|passw(?:or)?d|credential|api[_-]?key|private[_-]?key|access[_-]?key)["']?\s*[=:]\s*["']?)([^\s"'&,;}<]+)/gi;
/** Where kubectl keeps the whole manifest once more. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Text without the secrets that can be told by their form. */
export function redactText(text: string): string {
  return text
    .replace(SCHEME, `$1 ${REDACTED}`)
    .replace(USER_OF_URL, `${REDACTED}@`)
    .replace(JSON_WEB_TOKEN, REDACTED)
    .replace(ASSIGNMENT, `$1${REDACTED}`);
}

/** The arguments of a command: also `--token abc`. */
export function redactArguments(words: readonly string[]): string[] {
  return words.map((word, index) => {
    const option = words[index - 1] ?? '';
    const isValue =
      /^--?[a-z]/i.test(option) && !option.includes('=') && isSecret(option) && !word.startsWith('-');
    return isValue ? REDACTED : redactText(word);
  });
}

/**
 * A copy of plain data (objects of Kubernetes, scenarios, records) without secrets: values of secret headers, variables,
 * options and fields, and of all variables of containers, which come from Secrets more often than one knows.
 */
export function redactData<T>(data: T): T {
  return redacted(data, '') as T;
}

function redacted(value: unknown, key: string): unknown {
  if (typeof value === 'string') return isSecret(key) ? REDACTED : redactText(value);
  if (Array.isArray(value)) return redactedList(value, key);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      name === LAST_APPLIED ? REDACTED : redacted(member, name),
    ]),
  );
}

function redactedList(list: readonly unknown[], key: string): unknown[] {
  if (COMMANDS.has(key) && list.every((word) => typeof word === 'string')) return redactArguments(list);
  return list.map((item) => {
    const copy = redacted(item, '');
    if (!isNamedValue(copy)) return copy;
    const hidden = key === 'env' || isSecret(copy.name);
    return hidden ? { ...copy, value: REDACTED } : copy;
  });
}

const COMMANDS: ReadonlySet<string> = new Set(['argv', 'args', 'command', 'commandLine', 'exec']);

/** Of a container's `env`, or of the `httpHeaders` of a probe. */
function isNamedValue(item: unknown): item is { readonly name: string; readonly value: string } {
  return (
    typeof item === 'object' &&
    item !== null &&
    'name' in item &&
    typeof item.name === 'string' &&
    'value' in item &&
    typeof item.value === 'string'
  );
}

function isSecret(name: string): boolean {
  return SECRET_NAME.test(name) && !NO_SECRET.test(name);
}

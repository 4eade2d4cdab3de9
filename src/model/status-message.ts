/**
 * What the API server says in a Status object: its message, then the messages of its causes, which alone name the
 * disruption budget that holds an eviction back and its figures. `null` where it says nothing, or where this is none.
 */
export function statusMessage(status: unknown): string | null {
  const { message, details } = fields(status);
  const { causes } = fields(details);
  const words = [message, ...(Array.isArray(causes) ? causes.map((cause) => fields(cause)['message']) : [])];
  const said = [...new Set(words.filter((each) => typeof each === 'string' && each !== ''))];
  return said.length === 0 ? null : said.join(' ');
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

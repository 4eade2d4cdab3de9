/** The labels of an equality selector: `a=b,c=d` → `{ a: 'b', c: 'd' }`. */
export function matchLabels(selector: string): Record<string, string> {
  return Object.fromEntries(
    selector.split(',').map((pair): [string, string] => {
      const [key = '', value = ''] = pair.split('=');
      return [key, value];
    }),
  );
}

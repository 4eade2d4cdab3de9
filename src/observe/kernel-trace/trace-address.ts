/** Address and port of one side, as the kernel's `%pISpc` prints them: `198.18.0.1:80`, `[::1]:80`. */
export function parseSocketAddress(text: string): { address: string; port: number } {
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  return { address: plainAddress(host.replace(/^\[|\]$/g, '')), port: Number(text.slice(colon + 1)) };
}

/** An IPv4 address that an IPv6 socket carries (`::ffff:198.18.0.1`) in its plain form. */
export function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/, '');
}

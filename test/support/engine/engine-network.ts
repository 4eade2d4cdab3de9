import { writeFile } from 'node:fs/promises';
import { execa } from 'execa';

/** What a dockerd leaves in the machine's network when it ends: bridges, firewall rules, and forwarding switched on. */
export async function removeEngineNetwork(forwardingBefore: string): Promise<void> {
  const { stdout } = await execa('ip', ['-4', '-o', 'address', 'show', 'type', 'bridge']);
  // `7: docker0    inet 198.18.200.1/24 …`: only bridges inside our own ranges.
  const bridges = stdout
    .split('\n')
    .map((line) => /^\d+: (\S+)\s+inet 198\.18\.(?:20[0-9]|21[0-9]|22[0-3])\./.exec(line)?.[1])
    .filter((name) => name !== undefined);
  for (const bridge of bridges) await execa('ip', ['link', 'delete', bridge], { reject: false });
  for (const family of ['iptables', 'ip6tables']) await cleanFirewall(family);
  await removeEmptyTables();
  await writeFile('/proc/sys/net/ipv4/ip_forward', forwardingBefore);
}

/** Takes Docker's chains and the rules about them out of each table; the rules of others stay, in one transaction. */
async function cleanFirewall(family: string): Promise<void> {
  const saved = await execa(`${family}-save`, { reject: false });
  if (saved.exitCode !== 0 || !saved.stdout.includes('DOCKER')) return;
  const kept = saved.stdout
    .split('\n')
    .filter((line) => !/(^:|-A |-j )DOCKER|docker0|-[io] br-[0-9a-f]{12}|-[sd] 198\.18\.2\d\d\./.test(line))
    // dockerd closes forwarding for all, and does not open it again.
    .map((line) => line.replace(/^:FORWARD DROP/, ':FORWARD ACCEPT'));
  await execa(`${family}-restore`, { input: `${kept.join('\n')}\n` });
}

/** iptables makes a table when it is first asked for one; a table in which no rule is left says nothing to anybody. */
async function removeEmptyTables(): Promise<void> {
  const tables = await execa('nft', ['list', 'tables'], { reject: false });
  for (const [, family = '', name = ''] of tables.stdout.matchAll(
    /^table (ip6?) (filter|nat|mangle|raw)$/gm,
  )) {
    const { stdout } = await execa('nft', ['list', 'table', family, name], { reject: false });
    const says = stdout
      .split('\n')
      .filter((line) => !/^\s*(table .*\{|chain .*\{|type .* policy accept;|\}|)$/.test(line));
    if (stdout !== '' && says.length === 0) await execa('nft', ['delete', 'table', family, name]);
  }
}

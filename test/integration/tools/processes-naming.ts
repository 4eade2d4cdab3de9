import { readdir, readFile } from 'node:fs/promises';

/** The living processes (no zombies) that have `text` in their command line or environment, by process id. */
export async function processesNaming(text: string): Promise<readonly { pid: number; command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      const [command, environment] = await Promise.all(
        ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
      );
      const words = (command ?? '').split('\0').join(' ');
      // A zombie has no command line any more.
      return words !== '' && `${words} ${environment ?? ''}`.includes(text) ? [{ pid, command: words }] : [];
    }),
  );
  return found.flat().filter(({ pid }) => pid !== process.pid);
}

// Runs a command with a container engine: the one that answers, or a private one that is gone afterwards.
// node scripts/with-engine.ts COMMAND [ARGUMENT...]
import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { usableEngine } from '../test/support/engine/private-engine.ts';

const [command = 'sh', ...args] = process.argv.slice(2);
const engine = await usableEngine();
if (typeof engine === 'string') {
  process.stderr.write(`${engine}\n`);
  process.exit(69);
}
// The command gets the signals of the terminal itself; we outlive it to stop the engine.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
try {
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, ...engine.environment } });
  const [code] = (await once(child, 'exit')) as [number | null];
  process.exitCode = code ?? 130;
} finally {
  await engine.stop();
}

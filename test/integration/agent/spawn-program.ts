import { spawn, type ChildProcess } from 'node:child_process';

import type { RemoteProgram } from '../../../src/model/remote-program.ts';

export interface SpawnedProgram extends RemoteProgram {
  readonly child: ChildProcess;
}

/** One of our programs as a child over pipes, in place of a container over a WebSocket. */
export function spawnProgram(path: string): SpawnedProgram {
  const file = new URL(`../../../src/${path}`, import.meta.url).pathname;
  const child = spawn(process.execPath, [file], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said = (said + text).slice(-2000);
  });
  child.stdin.on('error', () => undefined);
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(`exit ${code ?? signal ?? '?'} ${said}`.trim()));
  });
  return {
    child,
    stdin: child.stdin,
    stdout: child.stdout,
    ended,
    close: () => {
      child.stdin.destroy();
    },
  };
}

import { createInterface } from 'node:readline';

import { EXIT } from '../model/exit-code.ts';
import type { FromLoadProcess, ToLoadProcess } from './load-messages.ts';

/** How a load process talks with whoever started it. */
export interface WorkerChannel {
  /** Never throws; `sent` is called once it has left, or cannot any more. */
  send(message: FromLoadProcess, sent?: () => void): void;
  onMessage(take: (message: ToLoadProcess) => void): void;
  /** Bytes that were sent and not yet taken. */
  waitingBytes(): number;
}

/** A load that is not on its parent's machine may lose it without notice; it is asked for its clock twice a second. */
const ALONE_MS = 30_000;

/** Over IPC from a parent on this machine, else over the standard streams. Either way the process ends with its parent. */
export function openWorkerChannel(): WorkerChannel {
  return process.send === undefined ? standardStreams() : parentProcess();
}

function parentProcess(): WorkerChannel {
  // The channel closes when the parent ends, however it ends.
  process.on('disconnect', () => process.exit(EXIT.internal));
  return {
    send: (message, sent) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => sent?.());
      else sent?.();
    },
    onMessage: (take) => void process.on('message', take),
    waitingBytes: () => 0,
  };
}

function standardStreams(): WorkerChannel {
  const alone = setTimeout(() => process.exit(EXIT.internal), ALONE_MS);
  process.stdout.on('error', () => process.exit(EXIT.internal));
  return {
    send: (message, sent) => {
      process.stdout.write(`${JSON.stringify(message)}\n`, () => sent?.());
    },
    onMessage: (take) => {
      createInterface({ input: process.stdin, crlfDelay: Infinity })
        .on('line', (line) => {
          alone.refresh();
          take(JSON.parse(line) as ToLoadProcess);
        })
        .on('close', () => process.exit(EXIT.internal));
    },
    waitingBytes: () => process.stdout.writableLength,
  };
}

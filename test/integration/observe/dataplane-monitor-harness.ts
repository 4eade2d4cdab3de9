import { startMonitor } from '../../../src/observe/dataplane/start-monitor.ts';

/** A harness to be killed: starts a monitor in a network namespace, in a PID namespace of its own as in a box. */
const path = process.argv[2] ?? '';
await startMonitor(
  (_node, command) => [
    'nsenter',
    `--net=${path}`,
    'unshare',
    '--pid',
    '--fork',
    '--mount-proc',
    '--',
    ...command,
  ],
  {
    node: 'n',
    observer: 'links of n',
    source: 'dataplane',
    command: ['ip', 'monitor', 'link'],
    lossNotice: /No buffer space available/,
    onLine: () => undefined,
  },
  { nowNs: () => 0, record: () => undefined, signal: new AbortController().signal },
);
console.log('listening');
setInterval(() => undefined, 1000);

// Traces the kernel until its input ends, then prints what was recorded, as lines of JSON. Started by the tests.
import { startKernelTrace } from '../../../src/observe/kernel-trace/start-kernel-trace.ts';
import type { NewHistoryEvent } from '../../../src/model/history-event.ts';

const runStartNs = process.hrtime.bigint();
const events: NewHistoryEvent[] = [];
const trace = await startKernelTrace(
  { ports: [1] },
  {
    nowNs: () => Number(process.hrtime.bigint() - runStartNs),
    record: (event) => void events.push(event),
    signal: new AbortController().signal,
  },
  runStartNs,
);
console.log('tracing');
process.stdin.resume().once('end', () => {
  void trace.stop().then(() => {
    for (const event of events) console.log(JSON.stringify(event));
  });
});

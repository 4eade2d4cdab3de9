// Runs one engine against one address until enough requests have ended, and prints its records as JSON. Made to be
// started inside a network namespace. Arguments: engine, connections, host, port, number of requests.
import type { LoadSpec } from '../../../src/model/scenario.ts';
import { runLoad } from './run-load.ts';

const [engine, connections, host = '', port, count] = process.argv.slice(2);
const { records, findings } = await runLoad(
  {
    engine: engine as LoadSpec['engine'],
    connections: connections as LoadSpec['connections'],
    ratePerSecond: 20,
    concurrency: 5,
    connectTimeoutMs: 400,
    responseTimeoutMs: 400,
  },
  [{ host, port: Number(port) }],
  (sofar) => sofar.filter(({ outcome }) => outcome !== 'not-sent').length >= Number(count),
);
process.stdout.write(JSON.stringify({ records, findings }));
process.exit();

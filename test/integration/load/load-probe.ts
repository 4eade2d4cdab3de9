// Runs one engine against one address until enough requests have ended, and prints its records as JSON. Made to be
// started inside a network namespace. Arguments: engine, connections, host, port, number of requests.
import { runLoad } from './run-load.ts';
import { loadSchema } from '../../../src/model/scenario.ts';

const [engine, connections, host = '', port, count] = process.argv.slice(2);
const spec = loadSchema.parse({ name: 'probe', engine, connections, ratePerSecond: 20, concurrency: 5 });
const limits = { connectTimeoutMs: 400, responseTimeoutMs: 400 };
const { records, findings } = await runLoad(
  { ...spec, ...limits },
  [{ host, port: Number(port) }],
  (sofar) => sofar.filter(({ outcome }) => outcome !== 'not-sent').length >= Number(count),
);
process.stdout.write(JSON.stringify({ records, findings }));
process.exit();

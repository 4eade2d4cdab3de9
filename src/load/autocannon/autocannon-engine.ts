import type { LoadEngine } from '../load-engine.ts';
import { AutocannonRun } from './autocannon-run.ts';

/**
 * Closed model: each of `concurrency` connections sends its next request when the last one was answered; with
 * `ratePerSecond`, at its next slot of an even schedule. autocannon's client and parser do the work, its own counting
 * is not used: it loses requests (see ledger-client.ts).
 */
export const autocannonEngine: LoadEngine = {
  name: 'autocannon',
  start: (spec, context) => new AutocannonRun(spec, context),
};

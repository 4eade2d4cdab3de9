// A parent for one load process, to be killed or interrupted by a test. Arguments: port, ledger path.
import { startLoadProcess } from '../../../src/load/load-process.ts';
import { loadSpec } from '../../unit/load/load-spec.ts';

const [port, ledgerPath] = process.argv.slice(2);
const load = await startLoadProcess({
  spec: loadSpec({ ratePerSecond: 100 }),
  targets: [{ host: '127.0.0.1', port: Number(port) }],
  runStartNs: process.hrtime.bigint(),
  ledgerPath: ledgerPath ?? '',
});
process.on('SIGINT', () => {
  void load.stop({ drainMs: 1000 }).then((summary) => {
    process.send?.({ summary });
    process.disconnect();
  });
});
process.send?.({ pid: load.pid });

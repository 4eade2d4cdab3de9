import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { LoadEngine } from '../load-engine.ts';
import { K6Run } from './k6-run.ts';

/**
 * Open model, put on by k6: a program of its own that is started, never linked or imported (its licence is the AGPL; see
 * NOTICE). It gets our load as a script, and its samples become rows of the ledger.
 */
export const k6Engine: LoadEngine = {
  name: 'k6',
  start(spec, context) {
    const { ratePerSecond, k6 } = spec;
    if (ratePerSecond === undefined) {
      throw new DrainbenchError({
        code: 'load-rate-missing',
        message: `load "${spec.name}": the k6 engine is an open model and needs ratePerSecond`,
        fix: 'Set ratePerSecond of the load, or engine: autocannon for as fast as answers come.',
        exitCode: EXIT.usage,
      });
    }
    if (k6 === undefined) throw new Error(`load ${spec.name} was started without the path of k6`);
    return new K6Run({ ...spec, ratePerSecond, k6 }, context);
  },
};

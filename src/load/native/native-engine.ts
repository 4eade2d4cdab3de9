import { DrainbenchError } from '../../model/drainbench-error.ts';
import { EXIT } from '../../model/exit-code.ts';
import type { LoadEngine } from '../load-engine.ts';
import { NativeRun } from './native-run.ts';

/**
 * Open model: requests leave on an absolute, evenly spaced schedule, whatever became of the earlier ones.
 * One known socket a request. The reference that the other engines are checked against.
 */
export const nativeEngine: LoadEngine = {
  name: 'native',
  start(spec, context) {
    const { ratePerSecond } = spec;
    if (ratePerSecond === undefined) {
      throw new DrainbenchError({
        code: 'load-rate-missing',
        message: `load "${spec.name}": the native engine is an open model and needs ratePerSecond`,
        fix: 'Set ratePerSecond of the load, or engine: autocannon for as fast as answers come.',
        exitCode: EXIT.usage,
      });
    }
    return new NativeRun({ ...spec, ratePerSecond }, context);
  },
};

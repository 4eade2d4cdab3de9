import type { LoadSpec } from '../model/scenario.ts';
import { autocannonEngine } from './autocannon/autocannon-engine.ts';
import { k6Engine } from './k6/k6-engine.ts';
import type { LoadEngine } from './load-engine.ts';
import { nativeEngine } from './native/native-engine.ts';

const ENGINES: Readonly<Record<LoadSpec['engine'], LoadEngine>> = {
  autocannon: autocannonEngine,
  k6: k6Engine,
  native: nativeEngine,
};

/** The engine that a scenario names. */
export function engineNamed(name: LoadSpec['engine']): LoadEngine {
  return ENGINES[name];
}

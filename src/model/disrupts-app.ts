import type { Disruption } from './scenario.ts';

/** Whether anything is done to the app: it is left alone where nothing happens, or only something beside it. */
export function disruptsApp({ type }: Pick<Disruption, 'type'>): boolean {
  return type !== 'none' && type !== 'churn';
}

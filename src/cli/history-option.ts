import { Option } from 'commander';

/** Where the runs of many nights are kept. */
export function historyOption(): Option {
  return new Option('--history <folder>', 'where the history is kept').default('drainbench-history');
}

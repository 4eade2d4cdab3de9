/** How often k6 hands its samples over. Sooner, and it would hold its VUs up; later, and a drain would wait for them. */
const SAVE_INTERVAL = '50ms';
/** All that the ledger needs: each more makes every line longer, and there are a dozen a request. */
const SYSTEM_TAGS = ['error', 'error_code', 'ip', 'status', 'vu'];

/**
 * The options of `k6 run` for a script that is read from its input, and whose samples are read from its output.
 *
 * Samples come as CSV, not as JSON: both have every digit (CSV with `K6_CSV_TIME_FORMAT`; whole seconds without), but a
 * line of CSV is a third as long, k6 writes CSV out at an interval that can be set (JSON: 200 ms), and flushes it whole:
 * of JSON on a pipe the last 4 KB stay with k6 until more comes. A pipe needs no file and no disk, holds k6 back when the
 * reader is behind, and ends k6 by SIGPIPE should the reader die.
 */
export const K6_ARGUMENTS: readonly string[] = [
  'run',
  '--quiet',
  '--no-color',
  '--no-usage-report',
  '--no-thresholds',
  // Not even on loopback: 1.x listens on a fixed port by default, and two loads would want it.
  '--address=',
  '--log-output=stderr',
  '--log-format=raw',
  '--out=csv=-',
  `--system-tags=${SYSTEM_TAGS.join(',')}`,
  '-',
];

/**
 * What k6 finds in its environment: of the user's own nothing that changes what it does (`K6_…`, a configuration file, a
 * proxy), and nothing that would make it ask the network for extensions.
 */
export function k6Environment(own: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const kept = Object.entries(own).filter(([name]) => !/^K6_|_proxy$/i.test(name));
  return {
    ...Object.fromEntries(kept),
    XDG_CONFIG_HOME: '/nonexistent',
    K6_CSV_TIME_FORMAT: 'unix_nano',
    K6_CSV_SAVE_INTERVAL: SAVE_INTERVAL,
    K6_AUTO_EXTENSION_RESOLUTION: 'false',
  };
}

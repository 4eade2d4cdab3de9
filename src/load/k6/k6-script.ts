import { requestIdHeader } from '../compose-request.ts';
import type { LoadTarget, TrialLoad } from '../load-engine.ts';

/** The metric that the script adds to just before it hands a request to k6: k6 itself tells of a request only at its end. */
export const SENT_METRIC = 'drainbench_sent';
/** What stands before the figures of k6's own end-of-test summary. */
export const SUMMARY_MARK = 'drainbench-summary ';
/**
 * The metadata of a sample that says which request it is of: `ID:TARGET`, and once it was answered
 * `ID:TARGET:FRAMING:POD[:ANSWERED]` (see `announcedClose`).
 */
export const REQUEST_KEY = 'drainbench';

/** No run lasts as long; a load is stopped, it does not end. */
const FOREVER = '720h';
/** k6 interrupts what is open at once when it is stopped: the load process has waited before. */
const GRACEFUL_STOP = '0s';

/** Distance of two requests that are due one after the other, ns: a whole number, as k6 reckons. */
export function periodNs(ratePerSecond: number): number {
  return Math.max(1, Math.floor(1e9 / ratePerSecond));
}

/** Each on a line of this list, not of the text below: what our own modules import is found by lines that begin so. */
const IMPORTS = [
  "import http from 'k6/http';",
  "import exec from 'k6/execution';",
  "import { Counter } from 'k6/metrics';",
] as const;

/**
 * Our load as a script of k6's: one request an iteration, iterations begun at a constant arrival rate, as many VUs as the
 * load may have requests under way. A VU has a connection of its own, so that is also the number of connections.
 *
 * Which request a sample is of travels as *metadata*, not as a tag: k6 keeps a time series for each set of tags, and
 * every request is another. All samples of an iteration have it, those of its end too (bytes, and the answer's head).
 *
 * Nothing of the load is code: it stands in the script as JSON.
 */
export function k6Script(
  spec: TrialLoad & { ratePerSecond: number },
  targets: readonly LoadTarget[],
): string {
  const load = {
    urls: targets.map(({ host, port }) => `http://${host}:${String(port)}${spec.path}`),
    fresh: spec.connections === 'fresh',
    method: spec.method,
    body: spec.body ?? null,
    headers: spec.headers,
    idPrefix: requestIdHeader(spec, 0).slice(0, -1),
    timeout: `${String(spec.responseTimeoutMs)}ms`,
  };
  const options = {
    scenarios: {
      drainbench: {
        executor: 'constant-arrival-rate',
        rate: 1,
        timeUnit: `${String(periodNs(spec.ratePerSecond))}ns`,
        duration: FOREVER,
        gracefulStop: GRACEFUL_STOP,
        preAllocatedVUs: spec.concurrency,
        maxVUs: spec.concurrency,
      },
    },
    noConnectionReuse: load.fresh,
    noVUConnectionReuse: load.fresh,
    discardResponseBodies: true,
    setupTimeout: '10s',
  };
  return `${IMPORTS.join('\n')}

const load = ${inScript(load)};
const sent = new Counter('${SENT_METRIC}');
const DATES = ['Date', 'Expires', 'Last-Modified'];

export const options = ${inScript(options)};

export default function () {
  const iteration = exec.scenario.iterationInTest;
  const id = iteration + 1;
  const target = (load.fresh ? iteration : exec.vu.idInTest - 1) % load.urls.length;
  const metadata = exec.vu.metrics.metadata;
  const request = id + ':' + target;
  metadata.${REQUEST_KEY} = request;
  const headers = Object.assign({}, load.headers, { 'x-request-id': load.idPrefix + id });
  sent.add(1);
  const answer = http.request(load.method, load.urls[target], load.body, {
    headers,
    redirects: 0,
    responseType: 'none',
    timeout: load.timeout,
  });
  if (answer.status === 0) return;
  const answered = answer.headers['X-Request-Id'];
  const another = answered !== undefined && answered !== headers['x-request-id'];
  metadata.${REQUEST_KEY} =
    request + ':' + framing(answer) + ':' + encodeURIComponent(answer.headers['X-Pod'] || '') +
    (another ? ':' + encodeURIComponent(answered) : '');
}

/** Says close or open where k6 shows it, else how many bytes long the answer is as k6 shows it; nothing where that hides more. */
function framing({ headers, proto, status, status_text }) {
  if (proto === 'HTTP/1.0')
    return (headers['Connection'] || '').toLowerCase().includes('keep-alive') ? 'open' : 'close';
  const bodiless = load.method === 'HEAD' || status === 204 || status === 304;
  if (!bodiless && !('Content-Length' in headers)) return '';
  let length = proto.length + 1 + status_text.length + 4 + (bodiless ? 0 : Number(headers['Content-Length']));
  for (const name of Object.keys(headers)) {
    // Several lines of one name look like one.
    if (headers[name].includes(', ') && !DATES.includes(name)) return '';
    length += name.length + headers[name].length + 4;
  }
  return String(length);
}

export function handleSummary(data) {
  // Since 1.5 it can come in another form, which k6 means to be the only one some day.
  const metrics = data.metrics || Object.fromEntries(data.results.metrics.map((each) => [each.name, each]));
  const counts = {};
  for (const name of ['${SENT_METRIC}', 'http_reqs', 'dropped_iterations'])
    counts[name] = name in metrics ? metrics[name].values.count : 0;
  return { stdout: '\\n${SUMMARY_MARK}' + JSON.stringify(counts) + '\\n' };
}
`;
}

/** JSON is JavaScript but for two characters that older engines take for the end of a line. */
function inScript(value: unknown): string {
  return JSON.stringify(value).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');
}

import { setTimeout as delay } from 'node:timers/promises';

const MAX_SECONDS = 3600;

/**
 * The request handler. `life` says whether the app is ready, and whether it is closing its connections.
 *
 *   /          a small answer after the configured latency
 *   /slow      a streamed answer: ?seconds=5&everyMs=100
 *   /readyz    200 while ready, else 503
 *   /healthz   200 while alive
 *   /prestop   a preStop hook over HTTP: readiness fails at once, the answer comes after ?seconds=5
 *   /drain     the same, and from now on every answer announces the close of its connection
 */
export function createHandler({ config, life, ledger, stamp }) {
  return function handle(request, response) {
    request.resume();
    // `//` is a request target that a client may send and that is no URL.
    const url = URL.parse(request.url, 'http://app') ?? new URL('http://app/not-a-url');
    const route = routes[url.pathname] ?? notFound;
    response.setHeader('x-pod', config.pod);
    const id = request.headers['x-request-id'];
    if (id !== undefined) response.setHeader('x-request-id', id);

    if (!probes.has(url.pathname)) {
      const row = ledger.begin(request);
      response.on('finish', () => ledger.finish(row, 'answered', response.statusCode));
      response.on('close', () =>
        ledger.finish(row, 'aborted', response.headersSent ? response.statusCode : null),
      );
    }
    route({ url, request, response, config, life, stamp, id }).catch((error) => response.destroy(error));
  };
}

const probes = new Set(['/readyz', '/healthz', '/prestop', '/drain']);

const routes = {
  '/': async ({ request, response, config, life, id }) => {
    const { min, max } = config.latencyMs;
    await delay(min + Math.random() * (max - min));
    const plain = request.headers.accept === 'text/plain';
    const body = plain
      ? `${config.pod} ${id ?? ''}\n`
      : `${JSON.stringify({ pod: config.pod, node: config.node, requestId: id ?? null })}\n`;
    answer(response, life, 200, body, plain ? 'text/plain' : 'application/json');
  },

  '/slow': async ({ url, response, life }) => {
    const seconds = bounded(url, 'seconds', 5, 0, MAX_SECONDS);
    const everyMs = bounded(url, 'everyMs', 100, 1, 60_000);
    if (seconds === undefined || everyMs === undefined) {
      answer(response, life, 400, 'seconds: 0 to 3600, everyMs: 1 to 60000\n');
      return;
    }
    const chunks = Math.ceil((seconds * 1000) / everyMs);
    response.writeHead(200, { 'content-type': 'text/plain', ...life.connectionHeader() });
    response.flushHeaders();
    for (let chunk = 1; chunk <= chunks && !response.destroyed; chunk++) {
      await delay(everyMs);
      response.write(`${chunk} of ${chunks}\n`);
    }
    response.end('done\n');
  },

  '/readyz': async ({ response, life }) => {
    answer(response, life, life.isReady() ? 200 : 503, life.isReady() ? 'ready\n' : 'not ready\n');
  },

  '/healthz': async ({ response, life }) => {
    answer(response, life, 200, 'alive\n');
  },

  '/prestop': async (context) => preStopHook(context),

  '/drain': async (context) => preStopHook(context, () => context.life.announceClose('prestop')),
};

/** Readiness fails at once, whatever else is to begin begins, and the kubelet gets its answer when the time is over. */
async function preStopHook({ url, response, life, stamp }, begin = () => undefined) {
  const seconds = bounded(url, 'seconds', 5, 0, MAX_SECONDS);
  if (seconds === undefined) {
    answer(response, life, 400, 'seconds: 0 to 3600\n');
    return;
  }
  stamp('prestop', { stage: 'started', seconds });
  life.failReadiness('prestop');
  begin();
  await delay(seconds * 1000);
  stamp('prestop', { stage: 'ended', seconds });
  answer(response, life, 200, 'done\n');
}

async function notFound({ url, response, life }) {
  answer(response, life, 404, `no such path: ${url.pathname}\n`);
}

function answer(response, life, status, body, type = 'text/plain') {
  const headers = {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    ...life.connectionHeader(),
  };
  response.writeHead(status, headers).end(body);
}

/** The number in the query, the fallback when it is absent, undefined when it is out of bounds. */
function bounded(url, name, fallback, min, max) {
  const value = Number(url.searchParams.get(name) ?? fallback);
  return value >= min && value <= max ? value : undefined;
}

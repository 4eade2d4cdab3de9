// Everything the app can be told, by environment variables. Unset is fine; wrong is an error at start, not later.

const MODES = [
  'graceful',
  'drain',
  'drain-silent',
  'exit-now',
  'ignore',
  'shell',
  'slow-drain',
  'leak-keepalive',
];

/** A drain that no grace period outlasts; Kubernetes' default is 30 s. */
const ENDLESS_DRAIN_SECONDS = 3600;

export function readConfig(env) {
  const mode = oneOf(env, 'SHUTDOWN_MODE', MODES, 'graceful');
  return {
    host: env.HOST || undefined,
    port: number(env, 'PORT', 8080, 0, 65_535),
    grpcPort: env.GRPC_PORT ? number(env, 'GRPC_PORT', 0, 0, 65_535) : undefined,
    mode,
    drainMs: 1000 * number(env, 'DRAIN_SECONDS', mode === 'slow-drain' ? ENDLESS_DRAIN_SECONDS : 5, 0, 3600),
    latencyMs: range(env, 'LATENCY_MS', { min: 20, max: 20 }),
    keepAlive: oneOf(env, 'KEEP_ALIVE', ['true', 'false'], 'true') === 'true',
    // Longer than the 60 s after which many proxies drop an idle connection: the side that closes first causes
    // errors, and it should not be the server.
    keepAliveTimeoutMs: 1000 * number(env, 'KEEP_ALIVE_TIMEOUT_SECONDS', 65, 0, 3600),
    pod: env.POD_NAME || env.HOSTNAME || 'local',
    podUid: env.POD_UID || '',
    node: env.NODE_NAME || '',
  };
}

function oneOf(env, name, allowed, fallback) {
  const value = env[name] || fallback;
  if (allowed.includes(value)) return value;
  throw new ConfigError(`${name} is ${JSON.stringify(value)}: expected one of ${allowed.join(', ')}`);
}

function number(env, name, fallback, min, max) {
  const text = env[name] || String(fallback);
  const value = Number(text);
  if (text.trim() !== '' && value >= min && value <= max) return value;
  throw new ConfigError(`${name} is ${JSON.stringify(text)}: expected a number from ${min} to ${max}`);
}

/** `20`, or `10-50` for anything in between, evenly spread. */
function range(env, name, fallback) {
  const text = env[name];
  if (!text) return fallback;
  const match = /^(\d+(?:\.\d+)?)(?:-(\d+(?:\.\d+)?))?$/.exec(text);
  const min = Number(match?.[1]);
  const max = Number(match?.[2] ?? match?.[1]);
  if (match && min <= max) return { min, max };
  throw new ConfigError(
    `${name} is ${JSON.stringify(text)}: expected milliseconds like 20, or a range like 10-50`,
  );
}

export class ConfigError extends Error {}

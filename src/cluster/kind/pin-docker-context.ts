import { execa } from 'execa';

import { environmentFor, type EngineAccess } from './engine-command.ts';

/**
 * The same engine, whatever `docker context use` may be told later: with the address that the current context leads to
 * now. A context with keys of its own stays known by its name, for the address alone would lead nowhere. Clients
 * without contexts (before 19.03) know DOCKER_HOST only.
 */
export async function pinDockerContext(engine: EngineAccess, signal: AbortSignal): Promise<EngineAccess> {
  const { DOCKER_CONTEXT, ...environment } = engine.environment;
  const result = await execa(engine.command, ['context', 'inspect'], {
    env: environmentFor(engine),
    reject: false,
    cancelSignal: signal,
    timeout: 30_000,
  });
  signal.throwIfAborted();
  const context = parse(result.stdout);
  if (context === null) return engine;
  if (environment['DOCKER_HOST'] === undefined && Object.keys(context.TLSMaterial ?? {}).length > 0)
    return { ...engine, environment: { ...environment, DOCKER_CONTEXT: DOCKER_CONTEXT ?? context.Name } };
  const host = environment['DOCKER_HOST'] ?? context.Endpoints.docker.Host;
  return { ...engine, environment: { ...environment, DOCKER_HOST: host } };
}

interface DockerContext {
  readonly Name: string;
  readonly Endpoints: { readonly docker: { readonly Host: string } };
  readonly TLSMaterial?: Readonly<Record<string, unknown>> | null;
}

function parse(text: string): DockerContext | null {
  try {
    const [context] = JSON.parse(text) as readonly DockerContext[];
    return context?.Endpoints.docker.Host === undefined ? null : context;
  } catch {
    return null;
  }
}

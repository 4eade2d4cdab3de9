import type { CheckContext } from './check.ts';
import { findOnPath } from './find-on-path.ts';

export type EngineCommand = 'docker' | 'podman';

/** The container engine's command that kind would use here: docker first, as kind does. */
export function findEngine(context: CheckContext): EngineCommand | null {
  const commands = ['docker', 'podman'] as const;
  return commands.find((command) => findOnPath(command, context.env['PATH']) !== null) ?? null;
}

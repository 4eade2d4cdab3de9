import { isEngine } from '../cluster/kind/is-engine.ts';
import type { CheckContext } from './check.ts';
import { findOnPath } from './find-on-path.ts';

export type EngineCommand = 'docker' | 'podman';

/** The container engine's command that kind would use here: docker first, as kind does. */
export async function findEngine({ env, run }: CheckContext): Promise<EngineCommand | null> {
  for (const command of ['docker', 'podman'] as const) {
    if (findOnPath(command, env['PATH']) === null) continue;
    const { stdout } = await run(command, ['-v']);
    if (isEngine(command, stdout)) return command;
  }
  return null;
}

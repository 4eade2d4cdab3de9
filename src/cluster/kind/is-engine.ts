import type { EngineAccess } from './engine-command.ts';

/**
 * Whether a command is the engine of its name, by what it says with `-v`. It is how kind itself tells: a `docker` that is
 * Podman's (podman-docker) is none, and kind goes on to podman.
 */
export function isEngine(command: EngineAccess['command'], says: string): boolean {
  return says.startsWith(command === 'docker' ? 'Docker version' : 'podman version');
}

import type { KubeObject } from '../watch-state.ts';

/** What a Pod's status says of a container. */
export interface ContainerState {
  readonly name: string;
  /** Of this life, where it has begun, without the runtime's name; else empty, or that of the life before. */
  readonly id: string;
  /** Which of the container's lives it is about, or the next one where that has not begun. */
  readonly restarts: number;
  /** This life of it has begun. */
  readonly begun: boolean;
  /** This life of it, if it had begun, has ended. */
  readonly ended: boolean;
}

/** The states of a Pod's containers, init containers too. */
export function containerStates(pod: KubeObject): ContainerState[] {
  interface Status {
    name: string;
    containerID?: string;
    restartCount?: number;
    state?: { running?: unknown; terminated?: unknown };
    lastState?: { terminated?: unknown };
  }
  const status = pod['status'] as
    { containerStatuses?: Status[]; initContainerStatuses?: Status[] } | undefined;
  return [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map(
    ({ name, containerID = '', restartCount = 0, state, lastState }) => {
      const running = state?.running !== undefined;
      const terminated = state?.terminated !== undefined;
      return {
        name,
        id: containerID.replace(/^.*:\/\//, ''),
        restarts: restartCount,
        begun: running || terminated,
        // One that waits to be started again has ended before.
        ended: terminated || (!running && lastState?.terminated !== undefined),
      };
    },
  );
}

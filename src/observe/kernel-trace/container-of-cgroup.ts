import type { ContainerRef } from '../../model/history-event.ts';

/**
 * Finds the Pod and container in a cgroup path, or in the whole of /proc/PID/cgroup (v1: one line a hierarchy). Knows
 * the kubelet's layouts on v1 and v2 alike:
 * - cgroupfs driver: `…/kubepods/burstable/pod<uid>/<container id>`;
 * - systemd driver: `…/kubepods-burstable-pod<uid with underscores>.slice/cri-containerd-<container id>.scope`;
 * - a runtime that was given systemd's form but uses cgroupfs: `…-pod<uid>.slice:cri-containerd:<container id>`.
 *
 * A Pod read from a file has a hash of 32 digits in place of its UID. With a cluster inside a Pod the innermost counts.
 */
export function containerOfCgroup(text: string): ContainerRef | null {
  for (const line of text.split('\n')) {
    const match = [...line.matchAll(CONTAINER)].at(-1)?.groups;
    if (match?.['uid'] === undefined || match['id'] === undefined) continue;
    return { podUid: match['uid'].replaceAll('_', '-'), containerId: match['id'] };
  }
  return null;
}

const UID = '[0-9a-f]{8}(?:[-_][0-9a-f]{4}){3}[-_][0-9a-f]{12}|[0-9a-f]{32}';
const CONTAINER = new RegExp(
  `pod(?<uid>${UID})(?:\\.slice)?[/:](?:[a-z-]+[-:])?(?<id>[0-9a-f]{64})(?:\\.scope)?(?=/|$)`,
  'g',
);

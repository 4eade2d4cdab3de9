import fc from 'fast-check';

import type { NewHistoryEvent } from '../../../../../../src/model/history-event.ts';
import { PODS } from '../../write-scene.ts';
import { closedByPod, connectionTo, opened, rowOf } from '../connection.ts';
import { deletion, dying, graceful, type Going } from '../going.ts';
import { ageMs, mostly } from '../numbers.ts';
import { storyIn, type Story, type World } from '../story.ts';
import { but, PID, specified, toNs, word } from '../words.ts';
import { answered, named } from './errors.ts';
import { endedBy } from './killed.ts';

const PROXY = { pod: 'a', name: 'proxy', containerId: 'pa', pid: 160, comm: 'envoy' } as const;
const APP = { pod: 'a', pid: PID.a, comm: 'node' } as const;

const why = fc.constantFrom('told to go', 'crashed on its own', 'ended by its own hook');
/** The hook of the app begins, and asks it to end. */
const HOOK_MS = 1008.5;

/** A proxy answers 502: the app behind it was told to go and is gone, had crashed before, or its own hook ended it. */
export const badGateway = fc
  .record({ going: graceful, ageMs, later: mostly(0.3, 10, 100), why, named })
  .map(({ going, ageMs: age, later, why: reason, named: isNamed }): Story => {
    const crashed = reason === 'crashed on its own';
    const hooked = reason === 'ended by its own hook';
    const end = {
      'told to go': going.exitMs + later,
      'crashed on its own': going.toldMs - 0.3 - later / 10,
      'ended by its own hook': HOOK_MS + 2 + later,
    }[reason];
    const connection = connectionTo('a', end - 2, end, age, going.toldMs);
    const what = `a proxy had no app behind it (${reason})`;
    const world = behindProxy(going, crashed ? end - 10 : hooked ? HOOK_MS + 1 : null);
    return storyIn(
      hooked ? { ...world, events: withHook(world.events) } : world,
      {
        ...{ what, truth: crashed ? [] : ['draining-rejected'], connection },
        request: answered(connection, 502, isNamed),
      },
      opened(connection),
    );
  });

function withHook(events: readonly NewHistoryEvent[]): readonly NewHistoryEvent[] {
  const hook = { lifecycle: { preStop: { exec: { command: ['kill', '1'] } } } };
  return [...specified(events, 'a', hook), word.kubelet('a', 'prestop-started', HOOK_MS)];
}

/** The app behind the proxy is killed over the request, and the proxy, which lives, closes the client's connection. */
export const cutBehindProxy = fc
  .record({ going: dying, ageMs, had: mostly(1.5, 30, 400) })
  .map(({ going, ageMs: age, had }): Story => {
    const connection = connectionTo('a', going.exitMs - had, going.exitMs + 1.2, age);
    const closed = closedByPod(connection, going.exitMs + 0.6, 'fin', {
      ...{ pid: PROXY.pid, readMs: connection.startMs + 0.3 },
    });
    const request = rowOf(connection, endedBy('fin'));
    return storyIn(
      behindProxy(going, null),
      {
        what: 'the app behind a proxy was killed over the request',
        truth: ['killed-in-flight'],
        connection,
        request,
      },
      [...opened(connection), ...closed.map(byProxy)],
    );
  });

/** Pod `a` goes, with a proxy before the app that serves the port and ends last. */
function behindProxy(going: Going, crashedMs: number | null): World {
  const proxyEndMs = going.exitMs + 180;
  const later = { releasedMs: going.releasedMs + 200, goneMs: going.goneMs + 200 };
  const world = deletion({ ...going, ...later });
  const crash =
    crashedMs === null
      ? []
      : [word.exit(APP, crashedMs), word.runtime('a', '/tasks/exit', crashedMs + 1, { exitStatus: 1 })];
  const events = world.events
    .filter((event) => crashedMs === null || !isAppsEnd(event))
    .map((event) =>
      event.type === 'socket-state' ? but(byProxy(event), { atNs: toNs(proxyEndMs + 0.1) }) : event,
    )
    .map(asProxied);
  const proxy = [word.signal(PROXY, 15, 'runc', going.toldMs + 0.6), word.exit(PROXY, proxyEndMs)];
  return {
    ...world,
    events: [...events, ...crash, ...proxy],
    runsUntil: { ...world.runsUntil, a: proxyEndMs },
  };
}

/** What tells of the app's end, where that came earlier and unasked. */
function isAppsEnd(event: NewHistoryEvent): boolean {
  return (
    ['process-exit', 'app-stamp', 'signal-sent'].includes(event.type) ||
    (event.type === 'runtime' && event.topic === '/tasks/exit' && !event.sandbox) ||
    (event.type === 'kubelet' && event.step !== 'termination-started')
  );
}

function byProxy(event: NewHistoryEvent): NewHistoryEvent {
  if (event.type !== 'socket-state' || event.container == null) return event;
  return but(event, { container: { ...event.container, containerId: PROXY.containerId }, pid: PROXY.pid });
}

/** The API shows both containers; the app has no listener of its own that counts. */
function asProxied(event: NewHistoryEvent): NewHistoryEvent {
  if (event.type === 'app-stamp' && event.stamp === 'listener-closed') return but(event, { stamp: 'signal' });
  if (event.type === 'process-facts' && event.pod === PODS.a.name) return but(event, { listeners: [] });
  if (event.type !== 'object' || event.kind !== 'Pod' || event.uid !== PODS.a.uid) return event;
  const { spec, status } = event.object as Record<'spec' | 'status', Record<string, unknown[]>>;
  const { name, containerId } = PROXY;
  const shown = { name, containerID: `containerd://${containerId}`, state: { running: {} } };
  const containers = [...(spec['containers'] ?? []), { name, ports: [{ containerPort: 8080 }] }];
  return but(event, {
    object: {
      ...event.object,
      spec: { ...spec, containers },
      status: { ...status, containerStatuses: [...(status['containerStatuses'] ?? []), shown] },
    },
  });
}

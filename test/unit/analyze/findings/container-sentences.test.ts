import { describe, expect, it } from 'vitest';

import type { NewHistoryEvent } from '../../../../src/model/history-event.ts';
import type { Finding } from '../../../../src/model/verdict.ts';
import {
  aboutStrategy,
  analyzeShutdown,
  container,
  exec,
  podOf,
  step,
  type PodSpec,
} from './analyze-shutdown.ts';
import { scene as s } from '../attribution/write-scene.ts';

type Events = readonly NewHistoryEvent[];

const SLEEP_5 = { preStop: { sleepSeconds: 5 } };
const FIVE = { sleep: { seconds: 5 } };

const found = async (
  spec: PodSpec,
  events: Events,
  strategy: Readonly<Record<string, unknown>> = SLEEP_5,
): Promise<Readonly<Record<string, Finding>>> => {
  const pods = [podOf('a', 100, spec), podOf('b', 100, spec)];
  return aboutStrategy(await analyzeShutdown([...pods, step.facts('a'), ...events], { strategy }));
};

describe('a strategy on a container that does not serve', () => {
  const code = 'preflight-hook-on-other-container';
  const proxied: PodSpec = {
    containers: [container('proxy'), container('app', FIVE, { ports: [{ containerPort: 3000 }] })],
  };
  const hook = [
    step.kubelet('a', 'prestop-started', 1010),
    step.kubelet('a', 'prestop-ended', 6012),
    step.signal('a', 15, 6020),
    step.exit('a', 6030),
  ];
  const proxy = (signalMs: number): Events => [
    step.signal('a', 15, signalMs, 'proxy'),
    step.exit('a', signalMs + 10, 'proxy'),
  ];

  it('is told with the time at which the one that serves was stopped', async () => {
    expect((await found(proxied, [...hook, ...proxy(1114)]))[code]).toMatchObject({
      severity: 'warning',
      container: 'proxy',
      message:
        'The preStop of this strategy is on container “app”, but “proxy” serves port 8080, and has none: it is stopped at once. Measured: “proxy” got SIGTERM 114 ms after the delete, while the hook of “app” still ran.',
    });
  });

  it('is foretold where no Pod went', async () => {
    const undisturbed = await analyzeShutdown([podOf('a', 100, proxied)], {
      strategy: SLEEP_5,
      record: { victims: [] },
      frame: [s.phase('baseline', 600), s.phase('disrupt', 999), s.phase('stop-load', 4000)],
    });
    expect(aboutStrategy(undisturbed)[code]?.message).toMatch(/and has none: it is stopped at once\.$/);
  });

  it('is known by who was seen to listen, whatever the ports say', async () => {
    const undeclared: PodSpec = {
      containers: [container('app', FIVE, { ports: [] }), container('proxy', undefined, { ports: [] })],
    };
    const seen = [...hook, ...proxy(1114), step.listener('a', 'CLOSE', 1120, 'proxy')];
    expect(await found(undeclared, seen)).toHaveProperty([code]);
  });

  it('gives no finding where the one that serves waits for the others, as a sidecar does', async () => {
    const sidecar: PodSpec = {
      sidecars: [container('proxy')],
      containers: [container('app', FIVE, { ports: [{ containerPort: 3000 }] })],
    };
    expect(await found(sidecar, [...hook, ...proxy(6040)])).not.toHaveProperty([code]);
    expect(await found(sidecar, [])).not.toHaveProperty([code]);
    // One that was seen to be stopped before is another matter, whatever is documented.
    expect(await found(sidecar, [...hook, ...proxy(1114)])).toHaveProperty([code]);
  });

  it('gives no finding where the one that serves has a hook of its own, or the strategy has none', async () => {
    const both: PodSpec = {
      containers: [container('proxy', FIVE), container('app', FIVE, { ports: [{ containerPort: 3000 }] })],
    };
    expect(await found(both, [...hook, ...proxy(1114)])).not.toHaveProperty([code]);
    expect(await found(proxied, proxy(1114), {})).not.toHaveProperty([code]);
  });
});

describe('the stop signal of a container', () => {
  const nginx = (signal: number, endMs: number): Events => [
    step.facts('a', 'app', {
      comm: 'nginx',
      commandLine: ['nginx: master process /usr/sbin/nginx -c /etc/nginx/nginx.conf'],
      handledSignals: [3, 15],
    }),
    step.signal('a', signal, 1030),
    step.exit('a', endMs),
    step.ended('a', 0, endMs + 5),
  ];
  const told = async (events: Events) => {
    const pods = [podOf('a', 100), podOf('b', 100)];
    return aboutStrategy(await analyzeShutdown([...pods, ...events]));
  };

  it('is told where it is one on which the server ends at once, and which one lets it finish', async () => {
    expect((await told(nginx(15, 1042)))['preflight-stop-signal-abrupt']?.message).toBe(
      'Container “app” is stopped by SIGTERM, on which nginx ends at once, whatever is under way; SIGQUIT lets it finish (STOPSIGNAL of the image, or lifecycle.stopSignal). Measured: it ended by itself (code 0), 12 ms after the stop signal.',
    );
  });

  it('is told where it is not SIGTERM', async () => {
    expect(await told(nginx(3, 7030))).toMatchObject({
      'preflight-stop-signal': {
        severity: 'info',
        message:
          'Container “app” is stopped by SIGQUIT, as its image or its Pod says. Measured: it ended by itself (code 0), 6.00 s after the stop signal.',
      },
    });
  });

  it('needs no word where it is SIGTERM and the server is one of which nothing is known', async () => {
    const node = [step.facts('a'), step.signal('a', 15, 1030), step.exit('a', 1042)];
    expect(await told(node)).toEqual({});
  });
});

describe('a process that is said not to hear the stop signal', () => {
  const deaf = step.facts('a', 'app', { comm: 'app', commandLine: ['/app'], handledSignals: [] });
  const told = async (...events: Events) => {
    const pods = [podOf('a', 100), podOf('b', 100)];
    return aboutStrategy(await analyzeShutdown([...pods, deaf, ...events]))['preflight-signal-not-handled'];
  };

  it('was not seen to end by itself after it', async () => {
    expect(await told(step.signal('a', 15, 1030), step.exit('a', 1042))).toBeUndefined();
  });

  it('is told with the SIGKILL of its own Pod, and not of another', async () => {
    const ignored = { ...step.signal('a', 15, 1030), result: 'ignored' } as NewHistoryEvent;
    const finding = await told(ignored, step.signal('a', 9, 31_030), step.exit('a', 31_031));
    expect(finding?.message).toContain('the kernel dropped the signal; SIGKILL ended it after 30.0 s.');
  });
});

describe('a hook that closes the listener itself', () => {
  const code = 'shutdown-listener-closed-in-hook';
  const spec: PodSpec = { containers: [container('app', exec('nginx', '-s', 'quit'))] };
  const quit = (closeMs: number, rulesMs: number): Events => [
    s.route('node1', 'listed', 'a', 500),
    s.route('node2', 'listed', 'a', 500),
    step.kubelet('a', 'prestop-started', 1010),
    step.listener('a', 'CLOSE', closeMs),
    step.kubelet('a', 'prestop-ended', 1060),
    step.signal('a', 15, 1070),
    s.route('node1', 'removed', 'a', rulesMs - 20),
    s.route('node2', 'removed', 'a', rulesMs),
    step.exit('a', 2500),
  ];

  it('is told with how long before the last node’s rules', async () => {
    expect((await found(spec, quit(1030, 2130), {}))[code]?.message).toBe(
      'While the preStop hook of container “app” ran, the listener was closed, 1.10 s before the last node’s rules (Pod web-a): from then on the hook delays nothing that a client would see.',
    );
  });

  it('gives no finding where the signal did it, or where no node sent any more', async () => {
    expect(await found(spec, quit(1080, 2130), {})).not.toHaveProperty([code]);
    expect(await found(spec, quit(1040, 1020), {})).not.toHaveProperty([code]);
  });

  it('gives no finding where it is too close to the end of the hook to tell', async () => {
    expect(await found(spec, quit(1060.2, 2130), {})).not.toHaveProperty([code]);
  });
});

describe('a container without a readiness probe', () => {
  const bare = (more: Readonly<Record<string, unknown>>): PodSpec => ({
    containers: [container('app', undefined, { readinessProbe: undefined, ...more })],
  });

  it('is reported, unless a startup probe keeps its Pod from being Ready at once', async () => {
    expect(await found(bare({}), [], {})).toHaveProperty(['preflight-no-readiness-probe']);
    expect(await found(bare({ startupProbe: { tcpSocket: {} } }), [], {})).not.toHaveProperty([
      'preflight-no-readiness-probe',
    ]);
  });
});

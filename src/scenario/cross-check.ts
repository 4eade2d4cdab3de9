import { countOf } from '../model/count-of.ts';
import { DISRUPTION_DEFAULTS, type LoadSpec, type Scenario, type Strategy } from '../model/scenario.ts';
import type { Explained } from './explain-issues.ts';

/** Names that the plan gives to its own trials. */
export const CONTROL_NAMES = ['negative-control', 'positive-control', 'churn-control'] as const;

/** Mistakes that no single key shows: names that must be unique, keys that only make sense together. */
export function crossCheck(scenario: Scenario): Explained[] {
  const { app, loads, strategies } = scenario.spec;
  return [
    ...repeatedNames('loads', loads),
    ...repeatedNames('strategies', strategies),
    ...strategies.flatMap((strategy, index): Explained[] => {
      const path = ['spec', 'strategies', index];
      const mistakes: Explained[] = [];
      if ((CONTROL_NAMES as readonly string[]).includes(strategy.name)) {
        mistakes.push({
          path: [...path, 'name'],
          at: 'value',
          message: `\`${strategy.name}\` is the name of a trial that every run adds by itself: choose another`,
        });
      }
      if (strategy.shutdown !== undefined && !('sample' in app)) {
        mistakes.push({
          path: [...path, 'shutdown'],
          at: 'key',
          message:
            '`shutdown` tells the sample app what to do on SIGTERM: an app of your own does not read it (use `env`)',
        });
      }
      mistakes.push(...ownSettings(strategy, path, 'manifest' in app));
      const { terminationGracePeriodSeconds: grace } = strategy;
      if (
        grace !== 'own' &&
        typeof strategy.preStop === 'object' &&
        'sleepSeconds' in strategy.preStop &&
        strategy.preStop.sleepSeconds > grace
      ) {
        mistakes.push({
          path: [...path, 'preStop', 'sleepSeconds'],
          at: 'value',
          message: `the API server refuses a sleep of ${strategy.preStop.sleepSeconds} s, which is longer than terminationGracePeriodSeconds (${grace})`,
        });
      }
      return mistakes;
    }),
    ...loads.flatMap((load, index) => whereFrom(load, ['spec', 'loads', index])),
    ...loads.flatMap((load, index) => clientModel(load, ['spec', 'loads', index])),
    ...loads.flatMap((load, index) => k6Client(load, ['spec', 'loads', index])),
    ...latencyBounds(scenario),
    ...recoverTimeout(scenario),
    ...disruptedPods(scenario),
    ...repeatedDisruptions(scenario),
  ];
}

function repeatedNames(list: 'loads' | 'strategies', items: readonly { name: string }[]): Explained[] {
  return items.flatMap((item, index): Explained[] => {
    const first = items.findIndex((other) => other.name === item.name);
    if (first === index) return [];
    const message = `the name \`${item.name}\` is taken by \`spec.${list}[${first}]\`: names must be unique`;
    return [{ path: ['spec', list, index, 'name'], at: 'value', message }];
  });
}

/** What only a manifest has, and what a strategy that changes nothing of it cannot name. */
function ownSettings(
  strategy: Strategy,
  path: readonly (string | number)[],
  hasManifest: boolean,
): Explained[] {
  const { asIs, preStop, terminationGracePeriodSeconds, shutdown, readinessProbe, env } = strategy;
  if (!hasManifest) {
    const keys = [
      ...(asIs === true ? ['asIs'] : []),
      ...(preStop === 'own' ? ['preStop'] : []),
      ...(terminationGracePeriodSeconds === 'own' ? ['terminationGracePeriodSeconds'] : []),
    ];
    return keys.map((key): Explained => {
      const message = `\`${key}\` keeps what a manifest says, and this app has none: use \`manifest\`, or give a value`;
      return { path: [...path, key], at: 'key', message };
    });
  }
  if (asIs !== true) return [];
  const named = Object.entries({ preStop, terminationGracePeriodSeconds, shutdown, readinessProbe, env });
  return named
    .filter(([, value]) => value !== undefined && value !== 'own')
    .map(([key]): Explained => {
      const message = `\`${key}\` changes the manifest, and \`asIs\` changes nothing of it: take one of them out`;
      return { path: [...path, key], at: 'key', message };
    });
}

/** What only a load inside of the cluster can do. */
function whereFrom(load: LoadSpec, path: readonly (string | number)[]): Explained[] {
  const mistakes: Explained[] = [];
  const mistake = (key: string, message: string) =>
    mistakes.push({ path: [...path, key], at: 'value', message });
  if (load.from === 'host' && load.via !== 'nodePort') {
    mistake('via', `\`${load.via}\` can be reached from inside the cluster only: add \`from: inside\``);
  }
  if (load.from === 'host' && load.node !== undefined) {
    mistake('node', 'a load on this machine runs on no node: add `from: inside`');
  }
  return mistakes;
}

/** What only a client that uses its connections again can do. */
function clientModel(load: LoadSpec, path: readonly (string | number)[]): Explained[] {
  const { connections, engine, retry, idleTimeoutMs, poolOrder } = load;
  const set = [
    ...(retry === 'none' ? [] : ['retry']),
    ...(idleTimeoutMs === undefined ? [] : ['idleTimeoutMs']),
    ...(poolOrder === 'oldest-first' ? [] : ['poolOrder']),
  ];
  if (connections === 'fresh') {
    return set.map((key): Explained => {
      const message = `\`${key}\` is about connections that are used again, and \`connections: fresh\` uses none twice`;
      return { path: [...path, key], at: 'key', message };
    });
  }
  if (engine === 'native' || poolOrder === 'oldest-first') return [];
  const message = `each connection of the engine \`${engine}\` has requests of its own: there is no idle one to choose; use the native one`;
  return [{ path: [...path, 'poolOrder'], at: 'value', message }];
}

/** What k6 decides itself, and where it can run. */
function k6Client(load: LoadSpec, path: readonly (string | number)[]): Explained[] {
  if (load.engine !== 'k6') return [];
  const mistakes: Explained[] = [];
  if (load.from === 'inside') {
    const message = 'k6 runs on this machine only: the image for loads inside has no k6 in it';
    mistakes.push({ path: [...path, 'from'], at: 'value', message });
  }
  if (load.retry !== 'none') {
    const message = "k6 repeats as Go's transport does, whatever a scenario says, and tells of one request";
    mistakes.push({ path: [...path, 'retry'], at: 'value', message });
  }
  if (load.idleTimeoutMs !== undefined) {
    const message = 'k6 keeps its idle connections for as long as it runs';
    mistakes.push({ path: [...path, 'idleTimeoutMs'], at: 'key', message });
  }
  return mistakes;
}

/** A trial waits for its Pods to end, and they have the whole grace period for it. */
function recoverTimeout({ spec: { strategies, timing } }: Scenario): Explained[] {
  return strategies.flatMap(({ name, terminationGracePeriodSeconds: grace }, index): Explained[] => {
    if (grace === 'own' || timing.recoverTimeoutMs > grace * 1000) return [];
    const path = ['spec', 'strategies', index, 'terminationGracePeriodSeconds'];
    const message = `a Pod of \`${name}\` may take ${grace} s to end, and \`timing.recoverTimeoutMs\` (${timing.recoverTimeoutMs}) waits no longer: set it to ${(grace + 30) * 1000}, say`;
    return [{ path, at: 'value', message }];
  });
}

function latencyBounds({ spec: { app } }: Scenario): Explained[] {
  if (!('sample' in app) || typeof app.latencyMs === 'number' || app.latencyMs.min <= app.latencyMs.max)
    return [];
  const message = `\`min\` (${app.latencyMs.min}) is above \`max\` (${app.latencyMs.max})`;
  return [{ path: ['spec', 'app', 'latencyMs', 'min'], at: 'value', message }];
}

function disruptedPods({ spec: { app, disruptions } }: Scenario): Explained[] {
  const replicas = 'replicas' in app ? app.replicas : undefined;
  if (replicas === undefined) return [];
  return disruptions.flatMap((disruption, index): Explained[] => {
    if (disruption.type === 'scale-down' && disruption.replicas >= replicas) {
      const message = `\`replicas\` is ${disruption.replicas}, but the app has only ${replicas}: nothing would go`;
      return [{ path: ['spec', 'disruptions', index, 'replicas'], at: 'value', message }];
    }
    if (!('pods' in disruption) || typeof disruption.pods !== 'number' || disruption.pods <= replicas)
      return [];
    const message = `\`pods\` is ${disruption.pods}, but the app has ${countOf(replicas, 'replica')}`;
    return [{ path: ['spec', 'disruptions', index, 'pods'], at: 'value', message }];
  });
}

/** Two of one kind with the same parameters would share their trials. */
function repeatedDisruptions({ spec: { disruptions } }: Scenario): Explained[] {
  const { pods } = DISRUPTION_DEFAULTS;
  const texts = disruptions.map((disruption) =>
    JSON.stringify(Object.entries({ pods, ...disruption }).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
  return texts.flatMap((text, index): Explained[] => {
    const first = texts.indexOf(text);
    if (first === index) return [];
    const message = `the same as \`spec.disruptions[${first}]\`: their trials could not be told apart`;
    return [{ path: ['spec', 'disruptions', index, 'type'], at: 'value', message }];
  });
}

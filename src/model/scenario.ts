import { z } from 'zod';

/** Names end up in object names, labels, file names and CSV cells: keep them to what all of those allow. */
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'lower-case letters, digits and dashes, like `sleep-5`')
  .max(40);

/** What the API server fills in where a Pod says nothing. */
export const DEFAULT_GRACE_SECONDS = 30;

/** A day. Timers of 2^31 ms, 25 days, and more fire at once. */
const LONGEST_MS = 86_400_000;
const seconds = z.number().int().min(0).max(3600);
const path = z.string().startsWith('/');
const port = z.number().int().min(1).max(65_535);
const env = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

export const preStopSchema = z
  .union([
    z.literal('own').describe('With a manifest: the hook that it has, or none. The default there.'),
    z.literal('none').describe('No preStop hook: SIGTERM is sent at once.'),
    z.strictObject({ sleepSeconds: seconds.describe('Native sleep action (Kubernetes ≥ 1.30).') }),
    z.strictObject({ exec: z.array(z.string()).min(1).describe('Command run inside the container.') }),
    z.strictObject({
      httpGet: z.strictObject({ path, port: port.optional().describe('Default: the app port.') }),
    }),
  ])
  .describe('What runs before the stop signal is sent.');

/** How the sample app behaves on SIGTERM. Described in scenarios/apps/http/README.md. */
export const SHUTDOWN_MODES = [
  'graceful',
  'drain',
  'drain-silent',
  'exit-now',
  'ignore',
  'shell',
  'slow-drain',
  'leak-keepalive',
] as const;

const probe = z
  .strictObject({
    path: path.default('/readyz'),
    port: port.optional().describe('Default: the app port.'),
    periodSeconds: z.number().int().min(1).default(1),
    failureThreshold: z.number().int().min(1).default(1),
    timeoutSeconds: z.number().int().min(1).default(1),
  })
  .describe('HTTP readiness probe.');

const strategyFields = z
  .strictObject({
    name,
    asIs: z
      .literal(true)
      .optional()
      .describe('With a manifest: nothing of it is changed. Takes no other setting beside it.'),
    preStop: preStopSchema.optional(),
    terminationGracePeriodSeconds: z
      .union([seconds, z.literal('own').describe('With a manifest: what it says. The default there.')])
      .optional()
      .describe('Default: 30; with a manifest what it says.'),
    shutdown: z
      .strictObject({
        mode: z.enum(SHUTDOWN_MODES).default('graceful'),
        drainSeconds: z
          .number()
          .min(0)
          .max(3600)
          .default(5)
          .describe('Only for `drain` and `drain-silent`: how long it serves after failing readiness.'),
      })
      .optional()
      .describe('Sample app only: what it does on SIGTERM.'),
    readinessProbe: z.union([z.literal('none'), probe]).optional(),
    env: env.optional(),
    mustPass: z
      .boolean()
      .default(false)
      .describe('The run fails unless this strategy passes. Without any, one passing strategy is enough.'),
  })
  .describe('One setting being compared.');

/** Every default filled in. What is `own` is the manifest's. */
export type Strategy = z.infer<typeof strategyFields> & {
  readonly preStop: PreStop;
  readonly terminationGracePeriodSeconds: number | 'own';
};

const AS_IS = { name: 'as-is', asIs: true, mustPass: false } as const;

/** Whoever brings a manifest has settings already: a strategy changes those that it names, and no others. */
function withDefaults(strategy: z.infer<typeof strategyFields>, hasManifest: boolean): Strategy {
  return {
    ...strategy,
    preStop: strategy.preStop ?? (hasManifest ? 'own' : 'none'),
    terminationGracePeriodSeconds:
      strategy.terminationGracePeriodSeconds ?? (hasManifest ? 'own' : DEFAULT_GRACE_SECONDS),
  };
}

/** A strategy by itself, as it is read back from a file: what is not said is as for an app without a manifest. */
export const strategySchema = strategyFields.overwrite((strategy) =>
  withDefaults(strategy, false),
) as unknown as z.ZodType<Strategy, z.input<typeof strategyFields>>;

const sampleApp = z.strictObject({
  sample: z.literal('http').describe('The app in scenarios/apps/http.'),
  replicas: z.number().int().min(1).max(50).default(3),
  latencyMs: z
    .union([
      z.number().min(0).max(LONGEST_MS),
      z.strictObject({ min: z.number().min(0).max(LONGEST_MS), max: z.number().min(0).max(LONGEST_MS) }),
    ])
    .default(20)
    .describe('Service time: fixed, or spread evenly between two bounds.'),
  keepAlive: z.boolean().default(true).describe('false: every answer carries `Connection: close`.'),
  env: env.optional(),
});

const archives = {
  imageArchive: z
    .string()
    .optional()
    .describe('An OCI or docker-archive tar, with one image or several, that is put on every node first.'),
  imageArchives: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Several such files: for an app of several containers, whose images were saved one by one.'),
};

const imageApp = z.strictObject({
  image: z.string().min(1),
  ...archives,
  command: z.array(z.string()).optional(),
  port,
  replicas: z.number().int().min(1).max(50).default(3),
  readinessProbe: z.union([z.literal('none'), probe]),
  env: env.optional(),
});

const manifestApp = z.strictObject({
  manifest: z.string().min(1).describe('YAML file, relative to the scenario file.'),
  ...archives,
  workload: z.strictObject({ kind: z.enum(['Deployment', 'StatefulSet']), name: z.string() }),
  container: z.string().optional().describe('Whose preStop is set. Default: the first container.'),
  port: port.describe('Container port that gets the load.'),
});

const loadFields = z
  .strictObject({
    name,
    engine: z.enum(['native', 'autocannon', 'k6']).default('native'),
    connections: z
      .enum(['fresh', 'keep-alive'])
      .describe('fresh: one TCP connection a request. keep-alive: a fixed set of connections, reused.'),
    concurrency: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .optional()
      .describe(
        'keep-alive: number of connections (default 20). fresh: most requests under way at once (default 1000; k6, whose VUs take memory: 100).',
      ),
    ratePerSecond: z
      .number()
      .min(0.1)
      .max(20_000)
      .optional()
      .describe(
        'native, k6: evenly paced arrival rate (required). autocannon: as fast as answers come if absent.',
      ),
    method: z.enum(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']).default('GET'),
    path: path.default('/'),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.string().optional(),
    from: z
      .enum(['host', 'inside'])
      .default('host')
      .describe('Where the load runs: on this machine, or in a Pod of its own in the cluster.'),
    node: z
      .string()
      .min(1)
      .optional()
      .describe("inside: the node that the load's Pod runs on. Default: the scheduler's choice."),
    via: z
      .enum(['nodePort', 'clusterIP', 'headless'])
      .default('nodePort')
      .describe(
        "Where it goes: every node's NodePort; inside also the Service's ClusterIP, or the Pods' own addresses by a headless Service's name.",
      ),
    retry: z
      .enum(['none', 'idempotent-once'])
      .default('none')
      .describe(
        "idempotent-once: GET and HEAD requests (with an Idempotency-Key header any) whose reused connection ended before a byte of the answer are sent once more, on a new connection, as by Go's transport.",
      ),
    idleTimeoutMs: z
      .number()
      .int()
      .min(1)
      .max(3_600_000)
      .optional()
      .describe(
        'keep-alive: the client closes a connection that it has not used for so long. Default: never.',
      ),
    poolOrder: z
      .enum(['oldest-first', 'newest-first'])
      .default('oldest-first')
      .describe(
        'keep-alive, native: which of several idle connections is used next, the one that was unused the longest or the shortest.',
      ),
    connectTimeoutMs: z.number().int().min(1).max(LONGEST_MS).default(2000),
    responseTimeoutMs: z.number().int().min(1).max(LONGEST_MS).default(5000),
  })
  .refine((load) => load.engine !== 'native' || load.ratePerSecond !== undefined, {
    message: 'the native engine is an open model: it needs ratePerSecond',
    path: ['ratePerSecond'],
  })
  .refine((load) => load.engine !== 'k6' || load.ratePerSecond !== undefined, {
    message: 'the k6 engine is an open model: it needs ratePerSecond',
    path: ['ratePerSecond'],
  })
  // Fresh connections that hang must not hold up the next: there the limit is only a safety net.
  .overwrite((load) => ({
    ...load,
    concurrency: load.concurrency ?? defaultConcurrency(load),
  }));

function defaultConcurrency(load: Pick<LoadSpec, 'connections' | 'engine'>): number {
  if (load.connections === 'keep-alive') return 20;
  return load.engine === 'k6' ? 100 : 1000;
}

/** Every default filled in. */
export type LoadSpec = z.infer<typeof loadFields> & { readonly concurrency: number };

/** The types cannot know that `overwrite` has filled in the number. */
export const loadSchema = loadFields as unknown as z.ZodType<LoadSpec, z.input<typeof loadFields>>;

const somePods = z
  .union([z.number().int().min(1), z.literal('one-node')])
  .optional()
  .describe('How many, or all of one node. Default: 1.');
const maxUnavailable = z
  .number()
  .int()
  .min(0)
  .max(50)
  .optional()
  .describe('Makes a PodDisruptionBudget for the Pods with this maxUnavailable. Default: none is made.');
/** Parameters of disruptions that have a default; names leave them out where it applies. */
export const DISRUPTION_DEFAULTS = { pods: 1, retryForSeconds: 60, afterMs: 1000 } as const;
const retryForSeconds = z
  .number()
  .int()
  .min(0)
  .max(600)
  .default(DISRUPTION_DEFAULTS.retryForSeconds)
  .describe('How long an eviction that a budget refuses is asked for again.');
const afterMs = z
  .number()
  .int()
  .min(0)
  .max(60_000)
  .default(DISRUPTION_DEFAULTS.afterMs)
  .describe('Time between the deletion of the Pod and the restart.');

export const disruptionSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z.strictObject({ type: z.literal('delete') }),
  z.strictObject({
    type: z.literal('delete-many'),
    pods: z.union([z.number().int().min(1), z.literal('one-node')]).describe('How many, or all of one node.'),
  }),
  z.strictObject({
    type: z.literal('force-delete'),
    pods: z
      .union([z.number().int().min(1), z.enum(['one-node', 'all'])])
      .optional()
      .describe('How many, all of one node, or all. Default: 1.'),
  }),
  z.strictObject({ type: z.literal('rollout-restart') }),
  z.strictObject({ type: z.literal('evict'), pods: somePods, maxUnavailable, retryForSeconds }),
  z.strictObject({ type: z.literal('drain'), maxUnavailable, retryForSeconds }),
  z.strictObject({ type: z.literal('taint') }),
  z.strictObject({
    type: z.literal('scale-down'),
    replicas: z.number().int().min(0).max(49).describe('How many Pods are left.'),
  }),
  z.strictObject({
    type: z.literal('delete-owner'),
    propagation: z
      .enum(['background', 'foreground'])
      .default('background')
      .describe('Whether the Pods go after their owner or before it.'),
  }),
  z.strictObject({ type: z.literal('preempt') }),
  z.strictObject({
    type: z.literal('kill-container'),
    pods: somePods,
    container: z
      .string()
      .min(1)
      .optional()
      .describe("Whose first process is killed. Default: the app's container."),
  }),
  z.strictObject({ type: z.literal('restart-kubelet'), afterMs }),
  z.strictObject({ type: z.literal('restart-runtime'), afterMs }),
]);

/** What trials are planned with: all that a scenario may name, and what happens beside the app in a control. */
export const plannedDisruptionSchema = z.discriminatedUnion('type', [
  ...disruptionSchema.options,
  z.strictObject({ type: z.literal('churn') }),
]);

/** How many trials go on side by side. */
export const lanesSchema = z.union([z.number().int().min(1).max(16), z.literal('auto')]);

const scenarioFields = z.strictObject({
  apiVersion: z.literal('drainbench.dev/v1alpha1'),
  kind: z.literal('Scenario'),
  metadata: z.strictObject({
    name,
    question: z.string().min(1).describe('What the scenario wants to know, in one sentence.'),
  }),
  spec: z.strictObject({
    cluster: z
      .strictObject({
        driver: z
          .enum(['auto', 'embedded', 'kind', 'existing'])
          .default('auto')
          .describe('auto: embedded on Linux as root, else kind where a container engine answers.'),
        name: name
          .optional()
          .describe('embedded, kind: a running cluster to use, which stays. Default: a new one for the run.'),
        nodes: z.number().int().min(1).max(16).default(2).describe('Nodes that run Pods.'),
        proxyMode: z
          .enum(['nftables', 'iptables', 'ipvs'])
          .default('nftables')
          .describe('How kube-proxy forwards; ipvs only on kind.'),
        nodeImage: z
          .string()
          .min(1)
          .optional()
          .describe(
            'kind: the node image, and with it the version of Kubernetes. Default: the local one, else the default of kind.',
          ),
        context: z
          .string()
          .min(1)
          .optional()
          .describe('existing: the kubeconfig context to use. The current context is never used implicitly.'),
        kubeconfig: z
          .string()
          .min(1)
          .optional()
          .describe('existing: file with that context. Default: KUBECONFIG, or ~/.kube/config.'),
        namespace: z
          .string()
          .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'the name of a namespace')
          .optional()
          .describe(
            'existing: an existing namespace, which stays. Default: one that the run makes and removes.',
          ),
        registry: z
          .string()
          .regex(
            /^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*$/,
            'a registry and folder, like `registry.example.com/team`',
          )
          .optional()
          .describe("existing: where the run pushes the app's image to, and the nodes pull it from."),
        nodeAgent: z
          .enum(['auto', 'always', 'never'])
          .default('auto')
          .describe(
            'A privileged Pod on every node that observes from there. auto: on kind, where the nodes cannot be looked into from here.',
          ),
        podSecurity: z
          .enum(['restricted', 'baseline', 'privileged'])
          .default('baseline')
          .describe(
            "The Pod Security Standard that the run's own namespace enforces: what Pods of a manifest may be. privileged also where node agents run in it.",
          ),
      })
      .prefault({}),
    app: z.union([sampleApp, imageApp, manifestApp]),
    loads: z.array(loadSchema).min(1).max(4).describe('Run side by side in every trial.'),
    disruptions: z.array(disruptionSchema).min(1),
    strategies: z
      .array(strategyFields)
      .min(1)
      .optional()
      .describe('What is compared. Default with a manifest: the manifest as it is.'),
    deploy: z
      .enum(['each-trial', 'once'])
      .default('each-trial')
      .describe(
        'once: trials of the same settings follow each other on one deployment of the app, as long as it stays as it was. Not for a manifest, whose objects have names of their own.',
      ),
    lanes: lanesSchema
      .default(1)
      .describe('How many trials go on side by side, each on an app of its own. auto: as the CPUs allow.'),
    blocks: z.number().int().min(1).max(1000).default(5),
    seed: z.number().int().min(0).default(1),
    controls: z
      .strictObject({
        churn: z
          .boolean()
          .default(false)
          .describe(
            'A third control in every block: an unrelated Deployment comes and goes, nothing happens to the app. What fails then in the same way is not held against a strategy.',
          ),
      })
      .prefault({}),
    timing: z
      .strictObject({
        settleMs: z
          .number()
          .int()
          .min(0)
          .max(LONGEST_MS)
          .default(1000)
          .describe('No slice change for this long.'),
        baselineMs: z
          .number()
          .int()
          .min(100)
          .max(LONGEST_MS)
          .default(2000)
          .describe('Load before the disruption.'),
        tailMs: z.number().int().min(0).max(LONGEST_MS).default(2000).describe('Load after recovery.'),
        readyTimeoutMs: z.number().int().min(1000).max(LONGEST_MS).default(60_000),
        recoverTimeoutMs: z.number().int().min(1000).max(LONGEST_MS).default(90_000),
      })
      .prefault({}),
    target: z
      .strictObject({
        maxFailingTrials: z
          .number()
          .gt(0)
          .lt(1)
          .default(0.1)
          .describe(
            'Where hazards cannot be seen, a strategy passes when no trial failed and the upper 95 % bound of the share of failing trials is below this.',
          ),
        minMarginMs: z
          .number()
          .gt(0)
          .max(LONGEST_MS)
          .optional()
          .describe(
            'A strategy fails when the smallest routing margin (its Pod’s listener closed minus the last node’s rules gone) is below this. Default: it must only be above zero.',
          ),
        maxShutdownMs: z
          .number()
          .gt(0)
          .max(3_600_000)
          .optional()
          .describe(
            'A strategy fails when a Pod took longer than this from its delete to the end of its last container. Default: it does not.',
          ),
        maxRecoveryMs: z
          .number()
          .gt(0)
          .max(3_600_000)
          .optional()
          .describe(
            'A strategy fails when it took longer than this from the disruption until as many Pods were Ready as before. Default: it does not. Not for disruptions that leave fewer Pods.',
          ),
        maxP99Ms: z
          .number()
          .gt(0)
          .optional()
          .describe(
            'A trial fails when the 99th percentile of a load’s latency from the disruption on is above this. Default: it does not.',
          ),
        maxUnavailableMs: z
          .number()
          .gt(0)
          .optional()
          .describe(
            'A trial fails when a load gets no good answer for this long or longer, from the disruption on. Default: 1000.',
          ),
      })
      .prefault({}),
  }),
});

type Fields = z.infer<typeof scenarioFields>;

/** Every default filled in. */
export type Scenario = Omit<Fields, 'spec'> & {
  readonly spec: Omit<Fields['spec'], 'strategies'> & { readonly strategies: Strategy[] };
};

/** The types cannot know that `overwrite` has filled the strategies in. */
export const scenarioSchema = scenarioFields
  .refine(({ spec }) => spec.strategies !== undefined || 'manifest' in spec.app, {
    message: 'missing key `strategies`: only an app by its manifest has a default, the manifest as it is',
    path: ['spec', 'strategies'],
  })
  .overwrite((scenario) => ({ ...scenario, spec: withStrategies(scenario.spec) })) as unknown as z.ZodType<
  Scenario,
  z.input<typeof scenarioFields>
>;

function withStrategies(spec: Fields['spec']): Fields['spec'] {
  const hasManifest = 'manifest' in spec.app;
  const { strategies = hasManifest ? [AS_IS] : [] } = spec;
  return { ...spec, strategies: strategies.map((strategy) => withDefaults(strategy, hasManifest)) };
}

export type PreStop = z.infer<typeof preStopSchema>;
export type Disruption = z.infer<typeof plannedDisruptionSchema>;
export type App = Scenario['spec']['app'];

/** The archives that an app names, in its order. */
export function imageArchivesOf(app: App): readonly string[] {
  if ('sample' in app) return [];
  return [...(app.imageArchive === undefined ? [] : [app.imageArchive]), ...(app.imageArchives ?? [])];
}
export type Target = Scenario['spec']['target'];

/** How long the sample app serves on after its stop signal, s; 0 where its mode does not drain for a set time. */
export function drainSecondsOf(shutdown: Strategy['shutdown']): number {
  return shutdown?.mode === 'drain' || shutdown?.mode === 'drain-silent' ? shutdown.drainSeconds : 0;
}

/** A strategy's grace period, s; where it names none, what Kubernetes gives a Pod that says nothing. */
export function namedGraceSeconds({ terminationGracePeriodSeconds: grace }: Strategy): number {
  return grace === 'own' ? DEFAULT_GRACE_SECONDS : grace;
}

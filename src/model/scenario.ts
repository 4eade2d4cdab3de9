import { z } from 'zod';

/** Names end up in object names, labels, file names and CSV cells: keep them to what all of those allow. */
const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, 'lower-case letters, digits and dashes, like `sleep-5`')
  .max(40);

const seconds = z.number().int().min(0).max(3600);
const path = z.string().startsWith('/');
const port = z.number().int().min(1).max(65_535);
const env = z.record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/), z.string());

export const preStopSchema = z
  .union([
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

export const strategySchema = z
  .strictObject({
    name,
    preStop: preStopSchema.default('none'),
    terminationGracePeriodSeconds: seconds.default(30),
    shutdown: z
      .strictObject({
        mode: z.enum(SHUTDOWN_MODES).default('graceful'),
        drainSeconds: z
          .number()
          .min(0)
          .max(3600)
          .default(5)
          .describe('Only for `drain`: how long it serves after failing readiness.'),
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

const sampleApp = z.strictObject({
  sample: z.literal('http').describe('The app in scenarios/apps/http.'),
  replicas: z.number().int().min(1).max(50).default(3),
  latencyMs: z
    .union([z.number().min(0), z.strictObject({ min: z.number().min(0), max: z.number().min(0) })])
    .default(20)
    .describe('Service time: fixed, or spread evenly between two bounds.'),
  keepAlive: z.boolean().default(true).describe('false: every answer carries `Connection: close`.'),
  env: env.optional(),
});

const imageApp = z.strictObject({
  image: z.string().min(1),
  imageArchive: z
    .string()
    .optional()
    .describe('An OCI or docker-archive tar that is put on every node first.'),
  command: z.array(z.string()).optional(),
  port,
  replicas: z.number().int().min(1).max(50).default(3),
  readinessProbe: z.union([z.literal('none'), probe]),
  env: env.optional(),
});

const manifestApp = z.strictObject({
  manifest: z.string().min(1).describe('YAML file, relative to the scenario file.'),
  imageArchive: z.string().optional(),
  workload: z.strictObject({ kind: z.enum(['Deployment', 'StatefulSet']), name: z.string() }),
  container: z.string().optional().describe('Whose preStop is set. Default: the first container.'),
  port: port.describe('Container port that gets the load.'),
});

const loadFields = z
  .strictObject({
    name,
    engine: z.enum(['native', 'autocannon']).default('native'),
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
        'keep-alive: number of connections (default 20). fresh: most requests under way at once (default 1000).',
      ),
    ratePerSecond: z
      .number()
      .min(0.1)
      .max(20_000)
      .optional()
      .describe(
        'native: evenly paced arrival rate (required). autocannon: as fast as answers come if absent.',
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
    connectTimeoutMs: z.number().int().min(1).default(2000),
    responseTimeoutMs: z.number().int().min(1).default(5000),
  })
  .refine((load) => load.engine !== 'native' || load.ratePerSecond !== undefined, {
    message: 'the native engine is an open model: it needs ratePerSecond',
    path: ['ratePerSecond'],
  })
  // Fresh connections that hang must not hold up the next: there the limit is only a safety net.
  .overwrite((load) => ({
    ...load,
    concurrency: load.concurrency ?? (load.connections === 'fresh' ? 1000 : 20),
  }));

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
  z.strictObject({ type: z.literal('kill-container'), pods: somePods }),
  z.strictObject({ type: z.literal('restart-kubelet'), afterMs }),
  z.strictObject({ type: z.literal('restart-runtime'), afterMs }),
]);

export const scenarioSchema = z.strictObject({
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
          .describe('existing: the kubeconfig context to use. The current context is never used by silence.'),
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
            'existing: a namespace that is there and stays. Default: one that the run makes and removes.',
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
      })
      .prefault({}),
    app: z.union([sampleApp, imageApp, manifestApp]),
    loads: z.array(loadSchema).min(1).max(4).describe('Run side by side in every trial.'),
    disruptions: z.array(disruptionSchema).min(1),
    strategies: z.array(strategySchema).min(1),
    blocks: z.number().int().min(1).max(1000).default(5),
    seed: z.number().int().min(0).default(1),
    timing: z
      .strictObject({
        settleMs: z.number().int().min(0).default(1000).describe('No slice change for this long.'),
        baselineMs: z.number().int().min(100).default(2000).describe('Load before the disruption.'),
        tailMs: z.number().int().min(0).default(2000).describe('Load after recovery.'),
        readyTimeoutMs: z.number().int().min(1000).default(60_000),
        recoverTimeoutMs: z.number().int().min(1000).default(90_000),
      })
      .prefault({}),
    target: z
      .strictObject({
        maxFailingTrials: z
          .number()
          .gt(0)
          .lt(1)
          .default(0.5)
          .describe('A strategy passes when the upper 95 % bound of its failing-trial share is below this.'),
      })
      .prefault({}),
  }),
});

export type Scenario = z.infer<typeof scenarioSchema>;
export type Strategy = z.infer<typeof strategySchema>;
export type PreStop = z.infer<typeof preStopSchema>;
export type Disruption = z.infer<typeof disruptionSchema>;
export type App = Scenario['spec']['app'];

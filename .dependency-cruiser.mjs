// The room rules of docs/architecture.md: who may import whom. Anything not listed is forbidden.
const rooms = {
  model: [],
  history: ['model'],
  image: ['model'],
  tools: ['model'],
  doctor: ['model', 'tools', 'cluster'],
  scenario: ['model'],
  recipe: ['model', 'image', 'tools', 'scenario'],
  agent: ['model', 'observe'],
  cluster: ['model', 'history', 'tools', 'image'],
  workload: ['model', 'history', 'cluster/cluster.ts', 'cluster/kube'],
  check: ['model', 'image', 'workload', 'cluster/kube/plain.ts'],
  load: ['model', 'history'],
  disrupt: ['model', 'history', 'cluster/cluster.ts', 'cluster/kube'],
  observe: ['model', 'history', 'cluster/cluster.ts', 'cluster/kube'],
  analyze: ['model', 'history'],
  report: ['model', 'analyze'],
  trend: ['model', 'history', 'analyze', 'report'],
  inside: ['model', 'history', 'image', 'agent', 'observe', 'cluster/cluster.ts', 'cluster/kube', 'workload'],
  trial: [
    'model',
    'history',
    'image',
    'scenario',
    'cluster/cluster.ts',
    'cluster/kube',
    'workload',
    'load',
    'disrupt',
    'observe',
    'agent',
    'inside',
  ],
  run: [
    'model',
    'history',
    'image',
    'tools',
    'scenario',
    'cluster',
    'workload',
    'load',
    'disrupt',
    'observe',
    'inside',
    'trial',
    'analyze',
    'report',
  ],
  cli: ['.*'],
};

// The wings of analyze/, from the ground up: each may import those before it, and `run-result.ts`.
const wings = [
  'statistics',
  'words',
  'times',
  'judgements',
  'objects',
  'ledger',
  'routes',
  'milestones',
  'attribution',
  'contracts',
  'margins',
  'findings',
  'gates',
  'answer',
  'tune',
  'run',
];

export default {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      severity: 'error',
      from: {
        orphan: true,
        pathNot: [
          '^src/cli/main.ts$',
          '^src/load/load-worker.ts$',
          '^src/agent/agent-worker.ts$',
          '^src/report/page/script.ts$',
          '\\.d\\.ts$',
        ],
      },
      to: {},
    },
    ...Object.entries(rooms)
      .filter(([room]) => room !== 'cli')
      .map(([room, allowed]) => ({
        name: `${room}-imports-only-${allowed.join('-').replaceAll('/', '.') || 'itself'}`,
        severity: 'error',
        from: { path: `^src/${room}/` },
        to: {
          path: '^src/',
          pathNot: [room, ...allowed].map((target) =>
            target.endsWith('.ts') ? `^src/${target}$` : `^src/${target}/`,
          ),
        },
      })),
    ...wings.map((wing, index) => ({
      name: `analyze-${wing}-imports-only-wings-below-it`,
      severity: 'error',
      from: { path: `^src/analyze/${wing}/` },
      to: {
        path: '^src/analyze/',
        pathNot: [
          '^src/analyze/run-result.ts$',
          ...wings.slice(0, index + 1).map((lower) => `^src/analyze/${lower}/`),
        ],
      },
    })),
    {
      name: 'analyze-has-no-other-wings',
      severity: 'error',
      from: {},
      to: { path: `^src/analyze/(?!(?:${wings.join('|')})/)[^/]+/` },
    },
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};

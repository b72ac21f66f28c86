/** The one direction of dependencies (docs/architecture.md). `npm run check:boundaries` enforces it. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^${from}/`, pathNot: '^test/' },
  to: {
    path: '^(?!node_modules)',
    pathNot: [`^(${[from, ...allowed].join('|')})`, '^node_modules'],
    dependencyTypesNot: ['core', 'npm', 'npm-dev'],
  },
});

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'domain-is-pure',
      comment: 'domain/ knows zod and yaml, and nothing of Node',
      severity: 'error',
      from: { path: '^domain/' },
      to: { dependencyTypes: ['core'] },
    },
    only('domain-knows-nothing', 'domain', [], 'domain/ is the centre: it imports nothing of ours'),
    only(
      'workflows-see-contracts',
      'workflows',
      ['domain/', 'activities/contract\\.ts$'],
      'workflows see the domain and the activities contract',
    ),
    only('box-knows-domain', 'box', ['domain/', 'mirror/'], 'what runs on a box bundles without Temporal or ssh2'),
    only('mirror-knows-domain', 'mirror', ['domain/'], 'box and worker share it; it knows neither'),
    only('codec-knows-domain', 'codec', ['domain/'], 'clients and workers share it; it knows neither'),
    only('ports-see-domain', 'activities/ports', ['domain/'], 'ports are types over the domain'),
    only(
      'activities-see-ports',
      'activities',
      ['domain/', 'mirror/', 'box/bundle\\.ts$', 'box/wrappers\\.ts$'],
      'activities work through ports; install-box ships the bundle',
    ),
    only(
      'operations-see-messages',
      'starters/operations',
      ['domain/', 'workflows/messages\\.ts$', 'activities/contract\\.ts$'],
      'operations are the only door to the Temporal client',
    ),
    only(
      'chatops-through-operations',
      'chatops',
      [
        'domain/',
        'starters/',
        'embedded/',
        'codec/data-converter\\.ts$',
        'activities/adapters/fleet-file\\.ts$',
        'workflows/messages\\.ts$',
      ],
      'chat acts through starters/operations, as the command line does',
    ),
    {
      name: 'only-operations-open-the-client',
      severity: 'error',
      from: { path: '^(starters|console|chatops)/', pathNot: '^starters/operations/' },
      to: { path: 'node_modules/@temporalio/client' },
    },
    {
      name: 'product-imports-no-tests',
      severity: 'error',
      from: { pathNot: '^(test|bench)/' },
      to: { path: '^(test|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.lockstep|coverage|sandbox/locker-service)/' },
    parser: 'swc',
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      extensions: ['.ts', '.js', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['require', 'node', 'default', 'types'],
    },
  },
};

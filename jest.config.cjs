/** Layers of tests (CONTRIBUTING.md). `unit` needs nothing but Node; the others say what they need. */
const common = {
  testEnvironment: 'node',
  transform: {
    '^.+\\.ts$': ['@swc/jest', { jsc: { target: 'es2022', parser: { syntax: 'typescript' } }, module: { type: 'commonjs' } }],
  },
  modulePathIgnorePatterns: ['<rootDir>/.lockstep/'],
};
const layer = (displayName, folders) => ({
  ...common,
  displayName,
  testMatch: folders.map((folder) => `<rootDir>/test/${folder}/**/*.test.ts`),
});

/** The only ones of test/chaos that need a real box; its judges, draws and tables are tested in `unit`. */
const ON_A_BOX = ['test/chaos/share.test.ts', 'test/chaos/referee/sabotage.test.ts'];

module.exports = {
  // For what hangs: a busy machine breaks no test. Suites that wait for boxes say more.
  testTimeout: 120_000,
  projects: [
    {
      ...layer('unit', [
        'domain',
        'box',
        'box-install',
        'activities',
        'starters',
        'embedded',
        'sandbox',
        'house',
        'bench',
        'chaos',
        'codec',
        'mirror',
        'deploy',
        'docs',
        'chatops',
        'workers',
      ]),
      testPathIgnorePatterns: ['/node_modules/', '/test/embedded/real/', '/test/chatops/real/', ...ON_A_BOX],
    },
    layer('temporal', ['workflows', 'replay', 'team', 'embedded/real', 'chatops/real']),
    layer('lxc', ['lxc']),
    layer('e2e', ['e2e']),
    layer('containers', ['containers']),
    layer('bare', ['bare']),
    { ...layer('chaos', []), testMatch: ON_A_BOX.map((file) => `<rootDir>/${file}`) },
    layer('web', ['web']),
    // Not in `npm test`: `npm run test:postgres`.
    layer('postgres', ['postgres']),
    // Not in `npm test`: `npm run test:long`.
    layer('long', ['long']),
    // Nor this: `npm run test:lxd`.
    layer('lxd', ['lxd']),
  ],
};

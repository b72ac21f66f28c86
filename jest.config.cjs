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

module.exports = {
  projects: [
    layer('unit', ['domain', 'box', 'activities', 'starters', 'embedded', 'sandbox', 'house']),
    layer('temporal', ['workflows', 'replay']),
    layer('lxc', ['lxc']),
    layer('e2e', ['e2e']),
    layer('chaos', ['chaos']),
    layer('web', ['web']),
  ],
};

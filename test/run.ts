/**
 * `npm test`: every layer that this machine can run, one after the other, then one table that says
 * which real suites ran and which were left out and why. What needs no root is run without it: as root, the
 * layers `unit` and `temporal` are run by the user whom `bare` makes, with this very command. LOCKSTEP_REQUIRE=all (or a list of layers,
 * as in CI) makes leaving one out a failure; LOCKSTEP_TEST_LANES=2 runs two layers at a time. Ends with `N passed, N failed`.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

interface Layer {
  readonly name: string;
  readonly what: string;
  /** Commands that must be on the PATH, with the Debian package that brings each. */
  readonly needs: Readonly<Record<string, string>>;
  readonly root: boolean;
}

const LXC = { 'lxc-start': 'lxc', sshd: 'openssh-server', ip: 'iproute2', git: 'git' };
const LAYERS: readonly Layer[] = [
  { name: 'unit', what: 'domain, box, adapters, CLI, house', needs: { git: 'git' }, root: false },
  { name: 'temporal', what: 'workflows on a real Temporal server, replay', needs: {}, root: false },
  { name: 'lxc', what: 'lockerd, sandbox and SSH on real LXC and sshd', needs: { ...LXC, 'git-lfs': 'git-lfs' }, root: true },
  { name: 'e2e', what: 'the CLI on a sandbox box, judged by the lockers', needs: { ...LXC, sudo: 'sudo' }, root: true },
  {
    name: 'containers',
    what: 'stock Debian containers with an init each, and software that is not ours',
    needs: { ...LXC, debootstrap: 'debootstrap', dnsmasq: 'dnsmasq-base', sudo: 'sudo' },
    root: true,
  },
  {
    name: 'bare',
    what: 'the first command without root, LXC and sshd',
    needs: { git: 'git', flock: 'util-linux' },
    root: false,
  },
  {
    name: 'chaos',
    what: 'faults at every moment, the referee and its sabotages',
    needs: { ...LXC, nft: 'nftables' },
    root: true,
  },
  { name: 'web', what: 'Temporal Web UI in headless Chromium', needs: { ...LXC, chromium: 'chromium' }, root: true },
];

/** Suites at a time, on two cores: each has a box, a server and a home of its own, and an e2e suite mostly waits. */
const SIDE_BY_SIDE: Readonly<Record<string, number>> = { unit: 2, temporal: 2, lxc: 2, e2e: 3 };

/** Where layers run at the same time none of the long ones is to be left for the end. */
const LONGEST_FIRST: readonly string[] = ['e2e', 'bare', 'chaos', 'lxc', 'containers', 'temporal', 'unit', 'web'];
const LANES = Number(process.env['LOCKSTEP_TEST_LANES'] ?? 1);

interface Result {
  readonly layer: Layer;
  readonly passed: number;
  readonly failed: number;
  readonly note: string;
}

const onPath = (command: string) =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'].some((folder) => existsSync(join(folder, command)));

function missing(layer: Layer): string | null {
  const packages = Object.entries(layer.needs).flatMap(([command, name]) => (onPath(command) ? [] : [name]));
  const lacks = [
    ...(layer.root && process.getuid?.() !== 0 ? ['root'] : []),
    ...(packages.length > 0 ? [`Debian packages: apt-get install -y ${packages.join(' ')}`] : []),
  ];
  return lacks.length > 0 ? `needs ${lacks.join(' and ')}` : null;
}

async function runLayer(layer: Layer, filters: readonly string[]): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-test-'));
  const outputFile = join(folder, 'result.json');
  try {
    const workers = SIDE_BY_SIDE[layer.name];
    const side = workers === undefined ? ['--runInBand'] : [`--maxWorkers=${workers}`];
    const jest = require.resolve('jest/bin/jest');
    const args = [
      jest,
      '--selectProjects',
      layer.name,
      '--passWithNoTests',
      '--json',
      '--outputFile',
      outputFile,
      ...side,
      ...filters,
    ];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', LANES > 1 ? 'pipe' : 'inherit'] });
    if (child.stderr) tellLines(layer, child.stderr);
    const [status, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
    if (!existsSync(outputFile)) return { layer, passed: 0, failed: 1, note: `jest ended with ${status ?? signal}` };
    const report = JSON.parse(readFileSync(outputFile, 'utf8')) as Record<string, number>;
    const skipped = (report['numPendingTests'] ?? 0) + (report['numTodoTests'] ?? 0);
    // A suite that could not even load has no failed tests of its own, and a skip that nobody sees is a defect.
    const failed = (report['numFailedTests'] ?? 0) + (report['numRuntimeErrorTestSuites'] ?? 0) + skipped;
    const note = skipped > 0 ? `${skipped} skipped, counted as failed` : status === 0 || failed > 0 ? '' : `exit ${status}`;
    return { layer, passed: report['numPassedTests'] ?? 0, failed: failed === 0 && status !== 0 ? 1 : failed, note };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Of several layers at once each line says whose it is. */
function tellLines({ name }: Layer, said: Readable): void {
  createInterface(said).on('line', (line) => process.stderr.write(`${name.padEnd(10)} | ${line}\n`));
}

function required(layer: Layer): boolean {
  const wanted = (process.env['LOCKSTEP_REQUIRE'] ?? '').split(',').map((name) => name.trim());
  return wanted.includes('all') || wanted.includes(layer.name);
}

const inOrder = (one: Result, other: Result): number => LAYERS.indexOf(one.layer) - LAYERS.indexOf(other.layer);

async function runOrTell(layer: Layer, filters: readonly string[]): Promise<Result> {
  const lack = missing(layer);
  if (lack === null) return runLayer(layer, filters);
  const note = `${required(layer) ? 'REQUIRED, but ' : 'left out: '}${lack}`;
  return { layer, passed: 0, failed: required(layer) ? 1 : 0, note };
}

/** As root, what the user of `bare` runs is not run twice. */
const OF_THE_USER: readonly string[] = ['unit', 'temporal'];

function delegated(chosen: readonly Layer[], filters: readonly string[]): readonly Layer[] {
  const bare = chosen.some(({ name }) => name === 'bare');
  return process.getuid?.() === 0 && bare && filters.length === 0 ? chosen.filter(({ name }) => OF_THE_USER.includes(name)) : [];
}

/** The rows of his table. */
function resultsOfUser(layers: readonly Layer[], report: string): Result[] {
  const table = existsSync(report) ? readFileSync(report, 'utf8') : '';
  return layers.map((layer) => {
    const [, passed, failed] = new RegExp(`^ {2}${layer.name} +(\\d+) passed +(\\d+) failed`, 'm').exec(table) ?? [];
    if (passed === undefined || failed === undefined)
      return { layer, passed: 0, failed: 1, note: 'the user of bare did not come to it' };
    return { layer, passed: Number(passed), failed: Number(failed), note: 'by a user without root' };
  });
}

async function inLanes(layers: readonly Layer[], run: (layer: Layer) => Promise<Result>): Promise<Result[]> {
  const rank = ({ name }: Layer): number => LONGEST_FIRST.indexOf(name);
  const left = LANES > 1 ? layers.toSorted((one, other) => rank(one) - rank(other)) : [...layers];
  const results: Result[] = [];
  const lane = async (): Promise<void> => {
    for (let layer = left.shift(); layer !== undefined; layer = left.shift()) results.push(await run(layer));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return results;
}

async function main(argv: readonly string[]): Promise<void> {
  const named = argv.filter((word) => LAYERS.some((layer) => layer.name === word));
  const filters = argv.filter((word) => !named.includes(word));
  const chosen = LAYERS.filter(({ name }) => named.length === 0 || named.includes(name));
  const byUser = delegated(chosen, filters);
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-bare-report-'));
  const report = join(folder, 'table');
  process.env['LOCKSTEP_BARE_LAYERS'] = byUser.map(({ name }) => name).join(' ');
  process.env['LOCKSTEP_BARE_REPORT'] = report;
  const own = chosen.filter((layer) => !byUser.includes(layer));
  const results = await inLanes(own, (layer) => runOrTell(layer, filters));
  results.push(...resultsOfUser(byUser, report));
  rmSync(folder, { recursive: true, force: true });
  console.log('\nSuites:');
  for (const { layer, passed, failed, note } of results.toSorted(inOrder)) {
    console.log(
      `  ${layer.name.padEnd(11)}${String(passed).padStart(5)} passed ${String(failed).padStart(3)} failed   ${layer.what}${note ? `   [${note}]` : ''}`,
    );
  }
  const sum = (key: 'passed' | 'failed') => results.reduce((total, result) => total + result[key], 0);
  console.log(`\n${sum('passed')} passed, ${sum('failed')} failed`);
  process.exitCode = sum('failed') > 0 ? 1 : 0;
}

void main(process.argv.slice(2));

/** A box as they were before, in a temporary folder: one checkout, owners' data and settings beside it, its parent mounted in every locker. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { BoxContext } from '../../../box/context';
import { boxPaths } from '../../../box/paths';
import type { AdoptRequest } from '../../../domain/adopt/adoption';
import { AdoptRequest as Request } from '../../../domain/adopt/adoption';
import { LockerName } from '../../../domain/model/ids';
import type { SeenLocker } from '../../../domain/model/inventory';
import { BoxConfig } from '../../../domain/protocol/box-config';
import { fakeLxc } from '../support/fake-lxc';

export interface OldBox extends BoxContext {
  readonly folder: string;
  /** The checkout. */
  readonly tree: string;
  readonly inventory: readonly SeenLocker[];
  request(overrides?: Partial<AdoptRequest>): AdoptRequest;
  git(...args: string[]): string;
  configFile(name: string): string;
  /** Every file, link and folder of the box with all that an undo must bring back. */
  snapshot(): Record<string, string>;
  remove(): void;
}

export interface OldBoxWishes {
  readonly names?: readonly string[];
  /** Data and settings within the checkout. */
  readonly nested?: boolean;
}

export function anOldBox({ names = ['l01', 'l02'], nested = false }: OldBoxWishes = {}): OldBox {
  const folder = mkdtempSync(join(tmpdir(), 'lockstep-old-'));
  const srv = join(folder, 'srv');
  const tree = join(srv, 'Locker');
  const holder = nested ? tree : srv;
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', tree, '-c', 'user.name=kim', '-c', 'user.email=kim@example.org', ...args], { encoding: 'utf8' });
  mkdirSync(tree, { recursive: true });
  git('init', '--quiet');
  put(join(tree, 'locker.js'), "require('node:http');\n");
  put(join(tree, '.gitignore'), 'node_modules/\nMe/\nConfig/\n');
  git('add', '.');
  git('commit', '--quiet', '--message', 'Finish syncs before leaving');
  put(join(tree, 'node_modules/left-pad/index.js'), 'module.exports = 1;\n');
  const config = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(folder, 'var/locker'),
    data: join(folder, 'var/Me'),
    lxcPath: join(folder, 'lxc'),
    lockerPattern: 'l\\d+',
    socket: join(folder, 's'),
    log: join(folder, 'log'),
    minFreeBytes: 1,
  });
  const paths = boxPaths(config);
  const configFile = (name: string) => paths.lxcConfig(LockerName.parse(name));
  mkdirSync(paths.state, { recursive: true });
  for (const name of names) {
    put(join(holder, 'Me', name, 'data'), `what ${name} owns\n`);
    put(join(holder, 'Config', name, 'config.json'), `{"owner":"${name}"}\n`);
    put(configFile(name), oldLxcConfig({ name, srv, holder, lxc: config.lxcPath }), 0o640);
  }
  return {
    config,
    paths,
    lxc: fakeLxc(names),
    version: '0.1.0',
    bootId: 'boot-1',
    now: () => Date.parse('2026-11-21T10:00:00.000Z'),
    log: () => {},
    folder,
    tree,
    git,
    configFile,
    inventory: names.map((name) => seen(name)),
    request: (overrides = {}) => Request.parse({ ...REQUEST, ...overrides }),
    snapshot: () => snapshotOf(folder),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function put(file: string, text: string, mode = 0o644): void {
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, text, { mode });
}

function oldLxcConfig({ name, srv, holder, lxc }: { name: string; srv: string; holder: string; lxc: string }): string {
  return [
    `lxc.uts.name = ${name}`,
    `lxc.rootfs.path = dir:${lxc}/${name}/rootfs`,
    `lxc.mount.entry = ${srv} ${srv.slice(1)} none bind,rw,create=dir 0 0`,
    `lxc.init.cmd = /usr/bin/node ${srv}/Locker/locker.js`,
    `lxc.environment = LOCKER_ME=${holder}/Me/${name}`,
    `lxc.environment = LOCKER_CONFIG=${holder}/Config/${name}/config.json`,
    'lxc.start.auto = 1',
    '',
  ].join('\n');
}

function seen(name: string): SeenLocker {
  return {
    name: LockerName.parse(name),
    state: 'stopped',
    address: null,
    initPid: null,
    current: null,
    running: null,
    next: null,
    healthy: false,
    reportedBuild: null,
    wanted: 'down',
    owed: null,
    parked: null,
    targetConfigDigest: null,
    lineage: null,
    problems: [],
    crashLoop: false,
    rewound: null,
    goneConfig: [],
    missingConfig: [],
    tooOld: false,
  };
}

const REQUEST = {
  service: {
    name: 'locker',
    code: { repo: '/code.git', ref: 'stable' },
    config: { repo: '/config.git', ref: 'stable' },
    port: 8042,
    probe: { path: '/health', timeoutMs: 500, intervalMs: 100 },
    revisionPath: '/core/revision',
    drain: null,
  },
  values: {},
  lockerValues: {},
  code: null,
  me: null,
  config: null,
  rest: null,
  build: 'v7',
  only: [],
};

function snapshotOf(root: string): Record<string, string> {
  const all = readdirSync(root, { recursive: true, encoding: 'utf8' }).toSorted();
  return Object.fromEntries(
    all
      // git writes there when it is asked.
      .filter((path) => !path.includes('.git/'))
      .map((path) => [path, describe(join(root, path), root)]),
  );
}

function describe(path: string, root: string): string {
  const { mode, uid, mtimeMs } = lstatSync(path);
  const rights = (mode & 0o7777).toString(8);
  if (lstatSync(path).isSymbolicLink()) return `→ ${relative(root, join(path, '..', readlinkSync(path)))}`;
  if (lstatSync(path).isDirectory()) return `folder ${rights}`;
  const own = /lxc\/l\d+\/config/.test(path) ? ` ${mtimeMs}` : '';
  return `${rights} ${uid}${own} ${readFileSync(path, 'utf8')}`;
}

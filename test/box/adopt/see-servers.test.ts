/** Texts and links of a container's /proc as Linux has them, in a folder; and one process that is real. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Reading } from '../../../box/adopt/read-lockers';
import { seeServers } from '../../../box/adopt/see-servers';
import { LockerName } from '../../../domain/model/ids';
import { INIT_SCRIPT, UNIT } from '../../support/real-box/registry';

let proc: string;
beforeEach(() => {
  proc = realpathSync(mkdtempSync(join(tmpdir(), 'lockstep-proc-')));
});
afterEach(() => rmSync(proc, { recursive: true, force: true }));

function put(path: string, text: string): void {
  mkdirSync(dirname(join(proc, path)), { recursive: true });
  writeFileSync(join(proc, path), text);
}
function link(path: string, target: string): void {
  mkdirSync(dirname(join(proc, path)), { recursive: true });
  symlinkSync(target, join(proc, path), 'file');
}

const TABLE = (port: string, inode: number) =>
  `  sl  local_address\n   0: 00000000:${port} 00000000:0000 0A 00000000:00000000 00:00000000 00000000   997        0 ${inode} 1 0\n`;
const REGISTRY = '1309';

interface Wish {
  readonly pid: number;
  readonly parent: number;
  readonly words: readonly string[];
  readonly cgroup?: string;
  /** Its descriptors, from 1 on. */
  readonly fds?: readonly string[];
}

function aProcess({ pid, parent, words, cgroup = '0::/lxc.payload.l01\n', fds = [] }: Wish): void {
  put(`${pid}/cmdline`, words.map((word) => `${word}\0`).join(''));
  put(`${pid}/cgroup`, cgroup);
  put(`${pid}/stat`, `${pid} (x) S ${parent} 0 0\n`);
  put(`${pid}/status`, 'Name:\tx\nUid:\t100997\t100997\t100997\t100997\nSigBlk:\t0000000000000000\n');
  put(`${pid}/uid_map`, '         0     100000      65536\n');
  link(`${pid}/cwd`, '/');
  link(`${pid}/ns/pid`, 'pid:[4026532253]');
  for (const [index, target] of fds.entries()) {
    link(`${pid}/fd/${index + 1}`, target);
    put(`${pid}/fdinfo/${index + 1}`, target.startsWith('/') ? 'pos:\t0\nflags:\t0102001\n' : 'pos:\t0\nflags:\t02\n');
  }
}

const ROOT = {
  'opt/registry/cli.js': '',
  'opt/registry/package.json': '{}',
  'etc/registry/env': 'PORT=4873\n',
  'var/lib/registry/index.html': '',
  'etc/passwd': 'root:x:0:0::/root:/bin/sh\nregistry:x:997:997::/var/lib/registry:/bin/sh\n',
};
const SERVER = ['/usr/local/bin/node', '/opt/registry/cli.js', '/var/lib/registry', '--password=secret', '4873'];

function container(init: 'systemd' | 'sysvinit', more: Readonly<Record<string, string>> = {}): void {
  aProcess({ pid: 100, parent: 1, words: ['/sbin/init'] });
  const blocked = init === 'systemd' ? '7fe3c0fe28014a03' : '0000000000000000';
  put('100/status', `Name:\tinit\nSigBlk:\t${blocked}\nSigCgt:\t0000000000000000\n`);
  link('100/exe', init === 'systemd' ? '/usr/lib/systemd/systemd' : '/usr/sbin/init');
  put('100/net/tcp', TABLE(REGISTRY, 4821051));
  put('100/net/tcp6', '');
  for (const [path, text] of Object.entries({ ...ROOT, ...more })) put(`100/root/${path}`, text);
}

const locker = (initPid: number | null): Reading =>
  ({
    name: LockerName.parse('l01'),
    source: { file: 'config', text: 'lxc.rootfs.path = dir:/lxc/l01/rootfs\n', includes: {}, fstabs: {} },
    seen: { initPid },
    init: null,
  }) as unknown as Reading;
const see = async (port = 4873) => (await seeServers([locker(100)], port, proc))[0];

test('under systemd: the unit, and what it and the command line name', async () => {
  container('systemd', { 'etc/systemd/system/registry.service': UNIT });
  aProcess({
    pid: 171,
    parent: 100,
    words: SERVER,
    cgroup: '0::/lxc.payload.l01/system.slice/registry.service\n',
    fds: ['socket:[1]', 'socket:[4821051]'],
  });
  expect(await see()).toEqual({
    name: 'l01',
    init: 'systemd',
    halt: 'SIGRTMIN+3',
    port: 4873,
    listens: [4873],
    command: '/usr/local/bin/node /opt/registry/cli.js /var/lib/registry',
    service: 'registry',
    output: null,
    code: { at: '/opt/registry', on: '/lxc/l01/rootfs/opt/registry', because: 'its command line names it' },
    config: { at: '/etc/registry', on: '/lxc/l01/rootfs/etc/registry', because: 'its service names it' },
    me: { at: '/var/lib/registry', on: '/lxc/l01/rootfs/var/lib/registry', because: 'its command line names it' },
  });
});

test('under sysvinit: the script that names it, and the file that it writes to', async () => {
  container('sysvinit', { 'etc/init.d/registry': INIT_SCRIPT, 'etc/inittab': 'pf::powerwait:/sbin/init 0\n' });
  aProcess({ pid: 171, parent: 100, words: SERVER, fds: ['/var/log/registry.log', 'socket:[4821051]'] });
  expect(await see()).toMatchObject({
    init: 'sysvinit',
    halt: 'SIGPWR',
    service: 'registry',
    output: '/var/log/registry.log',
    config: { at: '/etc/registry' },
  });
});

test('of a master and its workers the master; of a socket that systemd keeps for it, the one it is kept for', async () => {
  container('systemd');
  for (const [pid, parent] of [
    [171, 100],
    [172, 171],
    [173, 171],
  ] as const)
    aProcess({ pid, parent, words: [`/opt/p${pid}/run`], fds: ['socket:[4821051]'] });
  link('100/fd/9', 'socket:[4821051]');
  expect(await see()).toMatchObject({ command: '/opt/p171/run' });
});

test('a socket that nobody in it holds is somebody else’s', async () => {
  container('systemd');
  expect(await see()).toMatchObject({ port: null, listens: [], command: '', code: null });
});

test('the home of its account counts by the ids inside, and a link leads where it leads in the container', async () => {
  container('systemd');
  link('100/root/srv/app', '/opt/registry');
  aProcess({ pid: 171, parent: 100, words: ['/usr/bin/node', '/srv/app/cli.js'], fds: ['socket:[4821051]'] });
  expect(await see()).toMatchObject({ code: { at: '/opt/registry' }, me: { at: '/var/lib/registry' } });
});

test('of one that does not run, or ends meanwhile, nothing', async () => {
  expect(await seeServers([locker(null), locker(100)], 4873, proc)).toEqual([]);
});

test('a process as this kernel shows it', async () => {
  mkdirSync(join(proc, 'app/data'), { recursive: true });
  put('app/package.json', '{}');
  put('app/server.js', "const s = require('node:http').createServer().listen(0, () => console.log(s.address().port));");
  mkdirSync(join(proc, 'data'));
  const child = spawn(process.execPath, ['app/server.js', 'data'], { cwd: proc });
  try {
    const [said] = (await once(child.stdout, 'data')) as [Buffer];
    const port = Number(said.toString());
    const [found] = await seeServers(
      [{ ...locker(child.pid ?? 0), source: { file: 'config', text: '', includes: {}, fstabs: {} } }],
      port,
    );
    expect(found).toMatchObject({ init: 'other', port, command: process.execPath });
    expect(found?.listens).toContain(port);
  } finally {
    child.kill('SIGKILL');
  }
});

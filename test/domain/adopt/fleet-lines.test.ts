import { fleetLines } from '../../../domain/adopt/fleet-lines';
import type { FoundServer } from '../../../domain/adopt/found-server';
import { onBox, templateOf } from '../../../domain/adopt/on-box';
import { flagsFor, foundLines } from '../../../domain/adopt/render-found';
import { mountsOf } from '../../../domain/adopt/mounts';
import { settingsIn } from '../../../domain/adopt/lxc-config';
import { LockerName } from '../../../domain/model/ids';
import { parseFleet } from '../../../domain/model/parse-fleet';
import { expectGolden } from '../../support/golden';

function found(name: string, more: Partial<FoundServer> = {}): FoundServer {
  const root = `/var/lib/lxc/${name}/rootfs`;
  return {
    name: LockerName.parse(name),
    init: 'systemd',
    halt: 'SIGRTMIN+3',
    port: 4873,
    listens: [22, 4873],
    command: '/usr/bin/node /opt/registry/cli.js /var/lib/registry',
    service: 'registry',
    output: null,
    code: { at: '/opt/registry', on: '/srv/registry', because: 'its command line names it' },
    config: { at: '/etc/registry', on: `${root}/etc/registry`, because: 'its service names it' },
    me: { at: '/var/lib/registry', on: `${root}/var/lib/registry`, because: 'its command line names it' },
    ...more,
  };
}
const sysvinit = (name: string, more: Partial<FoundServer> = {}) =>
  found(name, { init: 'sysvinit', halt: 'SIGPWR', output: '/var/log/registry.log', ...more });
const openrc = (name: string) => found(name, { init: 'openrc', halt: 'SIGINT', output: '/var/log/registry.log' });
const unclear = (name: string) =>
  found(name, { port: null, listens: [8080, 9000], command: '', service: null, code: null, config: null, me: null });

const HEAD = `version: 1
services:
  registry:
    code: { repo: /srv/code.git, ref: stable }
    config: { repo: /srv/config.git, ref: stable }
    probe: { path: / }
`;
/** What the fleet file says once the lines are in it. */
function said(lines: readonly string[]) {
  const port = lines.some((line) => line.startsWith('    port:')) ? '' : '    port: 4873\n';
  const own = lines.slice(2).join('\n');
  return parseFleet(`${HEAD}${port}${own}\nboxes: {}\n`, '/fleet.yaml').services['registry' as never] as {
    port: number;
    alive?: { exec: string[] };
    evidence?: { exec?: string[]; file?: string };
  };
}
const lines = (servers: readonly FoundServer[], port = 4873) => fleetLines('registry', { port }, servers);

test('of systemd: its unit and its journal', () => {
  const { alive, evidence } = said(lines([found('l01'), found('l02')]));
  expect(alive?.exec).toEqual(['systemctl', 'is-active', '--quiet', 'registry']);
  expect(evidence?.exec).toEqual(['journalctl', '-u', 'registry', '-n', '20', '-o', 'cat']);
});

test('of sysvinit: its script and the file that it writes to', () => {
  const { alive, evidence } = said(lines([sysvinit('l01')]));
  expect([alive?.exec, evidence]).toEqual([['service', 'registry', 'status'], { file: '/var/log/registry.log' }]);
});

test('of OpenRC', () => {
  expect(said(lines([openrc('l01')])).alive?.exec).toEqual(['rc-service', 'registry', 'status']);
});

test('of several inits one command that asks the one that is there', () => {
  const { alive, evidence } = said(lines([found('l01'), sysvinit('l02'), openrc('l03')]));
  expect(alive?.exec).toEqual([
    '/bin/sh',
    '-c',
    'if [ -d /run/systemd/system ]; then systemctl is-active --quiet registry; elif [ -d /run/openrc ]; then rc-service registry status; else service registry status; fi > /dev/null',
  ]);
  expect(evidence?.exec?.[2]).toBe(
    'if [ -d /run/systemd/system ]; then journalctl -u registry -n 20 -o cat; else tail -n 20 /var/log/registry.log; fi',
  );
  expect(said(lines([found('l01'), openrc('l03')])).alive?.exec[2]).toMatch(/; else exit 0; fi/);
});

test('the port that was found, where on the other nobody listens', () => {
  expect(lines([found('l01')], 8042)[2]).toBe('    port: 4873   # on 8042 nobody listens');
  expect(said(lines([found('l01')], 8042)).port).toBe(4873);
});

test('nothing is said twice, and nothing is made up', () => {
  const there = { port: 4873, alive: { exec: ['true'], restart: false }, evidence: { file: '/log' } };
  expect(fleetLines('registry', there, [found('l01')])).toEqual([]);
  expect(lines([sysvinit('l01', { service: null, output: null })])).toEqual([]);
  expect(lines([found('l01'), found('l02', { service: 'web' })])).toEqual([]);
  expect(lines([unclear('l01')])).toEqual([]);
});

test('a name that YAML would take for something else is written as a text', () => {
  expect(said(lines([found('l01', { service: 'on' })])).alive?.exec).toEqual(['systemctl', 'is-active', '--quiet', 'on']);
});

test('for people, lockers that are alike once', () => {
  const servers = [
    found('l01'),
    found('l02'),
    sysvinit('l03', { me: null }),
    unclear('l04'),
    found('l05', { init: 'other', halt: null, service: null }),
  ];
  expectGolden('adoption-found.txt', `${[...foundLines(servers), flagsFor(servers)].join('\n')}\n`);
});

test('flags only where all lockers are alike', () => {
  expect(flagsFor([found('l01'), found('l02', { code: { at: '/opt/b', on: '/srv/b', because: '' } })])).toBe(
    "--config-files '/var/lib/lxc/{locker}/rootfs/etc/registry' --me '/var/lib/lxc/{locker}/rootfs/var/lib/registry'",
  );
});

describe('a path of a container, on its box', () => {
  const text =
    'lxc.rootfs.path = dir:/var/lib/lxc/l01/rootfs\nlxc.mount.entry = /srv opt none bind 0 0\nlxc.mount.entry = /srv/l01 opt/data none rbind 0 0\nlxc.mount.entry = tmpfs run tmpfs rw 0 0\n';
  const source = { file: 'config', text, includes: {}, fstabs: {} };
  const mounts = mountsOf(source, settingsIn(source));

  test.each([
    ['/var/lib/registry', '/var/lib/lxc/l01/rootfs/var/lib/registry'],
    ['/opt/registry', '/srv/registry'],
    ['/opt/data/x', '/srv/l01/x'],
    ['/run/x', null],
  ])('%s', (path, on) => {
    expect(onBox({ mounts, rootfs: '/var/lib/lxc/l01/rootfs' }, path)).toBe(on);
  });

  test('without a root that is a folder only mounts are known', () => {
    expect(onBox({ mounts, rootfs: null }, '/var/lib/registry')).toBeNull();
  });

  test('its name is taken out where it stands by itself', () => {
    expect(templateOf('/var/lib/lxc/l01/rootfs/srv/l01-data', 'l01')).toBe('/var/lib/lxc/{locker}/rootfs/srv/l01-data');
  });
});

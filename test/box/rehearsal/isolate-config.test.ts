/** What of a locker's config is the throwaway one's too, and what is not. */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLxcConfig } from '../../../box/inspect/lxc-settings';
import type { Model } from '../../../box/rehearsal/model';
import { isolateConfig } from '../../../box/rehearsal/isolate-config';
import { makeStandIns } from '../../../box/rehearsal/stand-ins';
import type { LockerName } from '../../../domain/model/ids';
import { TARGETS } from '../../../domain/model/targets';

const model = (text: string): Model => ({
  of: 'ada' as LockerName,
  settings: parseLxcConfig(text),
  rootfs: '/lxc/ada/rootfs',
  me: '/me/ada',
  meIsCopied: false,
  current: '/lockers/ada/current',
  data: '/me/ada',
  targets: TARGETS,
});
const place = {
  rootfs: '/r/lxc/Rehearsal/rootfs',
  current: '/r/lockers/Rehearsal/current',
  me: '/r/me/Rehearsal',
  address: '10.0.3.99',
  mac: '02:00:0a:00:03:63',
  standIns: new Map<string, string | null>([
    ['/etc/keys.json', '/r/stand-ins/0.json'],
    ['/run/db.sock', null],
  ]),
};
const isolated = (text: string) => isolateConfig(model(text), place);
const valuesOf = (text: string, key: string) =>
  isolated(text)
    .split('\n')
    .filter((line) => line.startsWith(`${key} =`));

test('its own name, root, address, code, config and data', () => {
  const text = isolated(
    [
      'lxc.uts.name = ada',
      'lxc.rootfs.path = dir:/lxc/ada/rootfs',
      'lxc.signal.halt = SIGTERM',
      'lxc.mount.entry = /lockers/ada/current/code code none ro,bind,create=dir 0 0',
      'lxc.mount.entry = /lockers/ada/current/config /lxc/ada/rootfs/Config none ro,bind 0 0',
      'lxc.mount.entry = /me/ada Me none rw,bind 0 0',
      'lxc.net.0.type = veth',
      'lxc.net.0.link = br0',
      'lxc.net.0.hwaddr = 02:00:00:00:00:01',
      'lxc.net.0.ipv4.address = 10.0.3.11/25 10.0.3.127',
    ].join('\n'),
  );
  expect(text.split('\n')).toEqual([
    'lxc.signal.halt = SIGTERM',
    'lxc.mount.entry = /r/lockers/Rehearsal/current/code code none ro,bind,create=dir 0 0',
    'lxc.mount.entry = /r/lockers/Rehearsal/current/config Config none ro,bind 0 0',
    'lxc.mount.entry = /r/me/Rehearsal Me none rw,bind 0 0',
    'lxc.net.0.type = veth',
    'lxc.net.0.link = br0',
    'lxc.net.0.hwaddr = 02:00:0a:00:03:63',
    'lxc.net.0.ipv4.address = 10.0.3.99/25',
    'lxc.uts.name = rehearsal',
    'lxc.rootfs.path = dir:/r/lxc/Rehearsal/rootfs',
    'lxc.start.auto = 0',
    '',
  ]);
  expect(text).not.toContain('ada');
});

test('what an adoption left at the old places is the new release there, too', () => {
  const text = [
    'lxc.mount.entry = /lockers/ada/current/code code none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /lockers/ada/current/code opt/registry none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /lockers/ada//current/code/assets var/www none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /lockers/ada/current/config etc/registry none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /me/ada var/lib/registry none bind,rw,create=dir 0 0',
    'lxc.mount.entry = /lockers/adam/current/code mnt none bind,ro,create=dir 0 0',
  ].join('\n');
  expect(valuesOf(text, 'lxc.mount.entry')).toEqual([
    'lxc.mount.entry = /r/lockers/Rehearsal/current/code code none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /r/lockers/Rehearsal/current/code opt/registry none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /r/lockers/Rehearsal/current/code/assets var/www none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /r/lockers/Rehearsal/current/config etc/registry none bind,ro,create=dir 0 0',
    'lxc.mount.entry = /r/me/Rehearsal var/lib/registry none bind,rw,create=dir 0 0',
    'lxc.mount.entry = /lockers/adam/current/code mnt none bind,ro,create=dir 0 0',
  ]);
});

test('at the places that its service names, whatever is mounted there', () => {
  const named = {
    ...model('lxc.mount.entry = /srv/old opt/registry none bind,ro 0 0'),
    targets: { ...TARGETS, code: '/opt/registry' },
  };
  expect(isolateConfig(named, place)).toContain('lxc.mount.entry = /r/lockers/Rehearsal/current/code opt/registry none');
});

test.each([
  'lxc.net.0.ipv4.gateway = 10.0.3.1',
  'lxc.net.0.ipv6.address = fd00::11/64',
  'lxc.net.0.ipv6.gateway = auto',
  'lxc.net.0.veth.pair = veth-ada',
  'lxc.net.0.script.up = /usr/local/bin/announce',
  'lxc.net.1.type = veth',
  'lxc.net.1.link = uplink',
  'lxc.hook.pre-start = /usr/local/bin/register',
  'lxc.start.auto = 1',
  'lxc.start.order = 3',
  'lxc.group = onboot',
  'lxc.mount.fstab = /lxc/ada/fstab',
  'lxc.console.logfile = /var/log/ada.log',
  'lxc.log.file = /var/log/ada.lxc',
])('%s is not its', (line) => {
  expect(isolated(line)).not.toContain(line);
  expect(isolated(line).split('\n')).toHaveLength(4);
});

test('lists that are cleared stay cleared, and what comes with LXC stays', () => {
  const lines = ['lxc.cap.drop = ', 'lxc.include = /usr/share/lxc/config/common.conf', 'lxc.cap.drop = sys_time'];
  expect(isolated(lines.join('\n')).split('\n').slice(0, 3)).toEqual(lines);
});

test('what stands in is mounted, what nothing can stand in for is not', () => {
  const text = [
    'lxc.mount.entry = /etc/keys.json Config/keys.json none ro,bind,create=file 0 0',
    'lxc.mount.entry = /run/db.sock run/db.sock none rw,bind,create=file 0 0',
    'lxc.mount.entry = /usr usr none ro,bind 0 0',
    'lxc.mount.entry = tmpfs tmp tmpfs rw 0 0',
  ].join('\n');
  expect(valuesOf(text, 'lxc.mount.entry')).toEqual([
    'lxc.mount.entry = /r/stand-ins/0.json Config/keys.json none ro,bind,create=file 0 0',
    'lxc.mount.entry = /usr usr none ro,bind 0 0',
    'lxc.mount.entry = tmpfs tmp tmpfs rw 0 0',
  ]);
});

test('a key in the environment is not its, the rest of the environment is', () => {
  const text = ['lxc.environment = MAIL_API_KEY=abc', 'lxc.environment = DB_PASSWORD=x=y', 'lxc.environment = TZ=UTC'].join('\n');
  expect(valuesOf(text, 'lxc.environment')).toEqual([
    'lxc.environment = MAIL_API_KEY=rehearsal',
    'lxc.environment = DB_PASSWORD=rehearsal',
    'lxc.environment = TZ=UTC',
  ]);
});

describe('stand-ins', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'lockstep-stand-ins-'));
    writeFileSync(join(dir, 'keys.json'), '{"secret":1}', { mode: 0o600 });
    writeFileSync(join(dir, 'public.txt'), 'x', { mode: 0o644 });
    mkdirSync(join(dir, 'shared'), { mode: 0o755 });
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  const standIns = (line: string) => makeStandIns(model(line), join(dir, 'stand-ins'));
  const mount = (name: string, options: string, target = name) =>
    `lxc.mount.entry = ${join(dir, name)} ${target} none ${options} 0 0`;

  test('a file that not everybody may read is an empty one of its mode', async () => {
    const made = await standIns(mount('keys.json', 'bind,ro'));
    const file = made.get(join(dir, 'keys.json')) as string;
    expect(readFileSync(file, 'utf8')).toBe('{}\n');
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  test.each([
    ['a folder that it could write to', 'shared', 'bind,rw', 'shared'],
    ['whatever lies in its config', 'public.txt', 'bind,ro', 'Config/public.txt'],
    ['whatever lies in its data', 'public.txt', 'bind,ro', 'Me/public.txt'],
  ])('%s is an empty one', async (_, name, options, target) => {
    expect((await standIns(mount(name, options, target))).get(join(dir, name))).toContain('stand-ins');
  });

  test('its owner’s data are an empty folder by whatever way they are mounted, a part of them too', async () => {
    const data = join(dir, 'data');
    mkdirSync(join(data, 'mail'), { recursive: true });
    symlinkSync(data, join(dir, 'way'));
    for (const source of [join(data, 'mail'), join(dir, 'way'), join(dir, 'way/mail')]) {
      const made = await makeStandIns(
        { ...model(`lxc.mount.entry = ${source} srv/mail none bind,ro 0 0`), data },
        mkdtempSync(join(dir, 'made-')),
      );
      expect(readdirSync(made.get(source) ?? dir)).toEqual([]);
    }
  });

  test('what is read only for everybody is left as it is, and so is what is not there', async () => {
    chmodSync(join(dir, 'public.txt'), 0o644);
    expect((await standIns([mount('public.txt', 'bind,ro'), mount('gone', 'bind,ro,optional')].join('\n'))).size).toBe(0);
  });
});

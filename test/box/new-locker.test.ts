/** One locker more, one less: what is laid down and taken away on the box, and what is never touched. */
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDaemon } from '../../box/make-daemon';
import type { RunningDaemon } from '../../box/make-daemon';
import { nextAddresses } from '../../box/new-locker/next-address';
import { renderTemplate } from '../../box/new-locker/render-template';
import type { LockerName, Token } from '../../domain/model/ids';
import type { Values } from '../../domain/model/service';
import { aClient, aHolder } from './support/a-client';
import type { Holder } from './support/a-client';
import { aBox } from './support/fake-lxc';
import type { FakeBox } from './support/fake-lxc';

const cyd = 'cyd' as LockerName;
const ada = 'ada' as LockerName;
const TEMPLATE = `lxc.uts.name = {{locker}}
lxc.rootfs.path = dir:{{rootfs}}
lxc.signal.halt = SIGTERM
lxc.mount.entry = {{current}}/code code none ro,bind,create=dir 0 0
lxc.mount.entry = {{current}}/config Config none ro,bind,create=dir 0 0
lxc.mount.entry = {{me}} Me none rw,bind,create=dir 0 0
lxc.net.0.ipv4.address = {{address}}
`;

let box: FakeBox;
let running: RunningDaemon;
let holder: Holder;
const begin = async () => {
  running = await startDaemon(box);
  holder = await aHolder(box);
};
beforeEach(async () => {
  box = aBox(['ada']);
  mkdirSync(join(box.paths.lockerTemplate, 'me'), { recursive: true, mode: 0o700 });
  writeFileSync(join(box.paths.lockerTemplate, 'config'), TEMPLATE);
  writeFileSync(join(box.paths.lockerTemplate, 'me/welcome'), 'hello');
  await begin();
});
afterEach(async () => {
  holder.lockerd.close();
  await running.close();
  box.remove();
});

const values: Values = { address: '10.0.0.9/24' };
const add = (more: object = {}, cycle = 1) =>
  holder.ask('add-locker', { locker: cyd, values, adoptData: false, ...more }, { step: 'add', cycle });
const remove = (locker = ada, deleteData = false, cycle = 1) =>
  holder.ask('remove-locker', { locker, deleteData }, { step: 'remove', cycle });
const stopped = (name: string) => Object.assign(box.lxc.locker(name), { state: 'stopped', init: null });
/** Names that nobody would know what to do with. */
const left = () =>
  [box.config.lxcPath, box.config.data].flatMap((folder) => readdirSync(folder)).filter((name) => name.startsWith('.'));

describe('a new locker', () => {
  test('has the template’s config with its own name, and begins with the template’s data, owner and mode', async () => {
    expect(await add()).toEqual({ kind: 'added', newData: true });
    const config = readFileSync(box.paths.lxcConfig(cyd), 'utf8');
    expect(config).toContain('lxc.uts.name = cyd\n');
    expect(config).toContain(`${box.paths.me(cyd)} Me none`);
    expect(config).not.toContain('{{');
    expect(readFileSync(join(box.paths.me(cyd), 'welcome'), 'utf8')).toBe('hello');
    expect(statSync(box.paths.me(cyd)).mode & 0o777).toBe(0o700);
    expect(statSync(join(box.config.lxcPath, 'cyd/rootfs')).isDirectory()).toBe(true);
    expect(left()).toEqual([]);
  });

  test('needs no halt signal where the init in its root is one that LXC’s own rule fits', async () => {
    writeFileSync(join(box.paths.lockerTemplate, 'config'), TEMPLATE.replace(/.*halt.*\n/, ''));
    mkdirSync(join(box.paths.lockerTemplate, 'rootfs/sbin'), { recursive: true });
    symlinkSync('/lib/systemd/systemd', join(box.paths.lockerTemplate, 'rootfs/sbin/init'), 'file');
    expect(await add()).toEqual({ kind: 'added', newData: true });
  });

  test('is added once: the same request again finds it there', async () => {
    await add();
    expect(await add()).toEqual({ kind: 'added', newData: true });
    await expect(add({}, 2)).rejects.toMatchObject({ code: 'LockerExists' });
  });

  test('of a name whose data are there already is refused, and adopts them only when told, as they are', async () => {
    mkdirSync(box.paths.me(cyd));
    writeFileSync(join(box.paths.me(cyd), 'diary'), 'mine');
    await expect(add()).rejects.toMatchObject({ code: 'DataExists', evidence: [box.paths.me(cyd)] });
    expect(existsSync(box.paths.lxcConfig(cyd))).toBe(false);
    expect(await add({ adoptData: true }, 2)).toEqual({ kind: 'added', newData: false });
    expect(readdirSync(box.paths.me(cyd))).toEqual(['diary']);
  });

  test.each([
    ['a value that nobody gives', 'TemplateInvalid', { values: {} }, TEMPLATE],
    [
      'a value that would begin a line of its own',
      'TemplateInvalid',
      { values: { address: '1\nlxc.hook.pre-start = /x' } },
      TEMPLATE,
    ],
    ['a template that forgot the owner’s data', 'LockerUnfit', {}, TEMPLATE.replace(/.* Me none.*\n/, '')],
    ['a template that forgot the halt signal', 'LockerUnfit', {}, TEMPLATE.replace(/.*halt.*\n/, '')],
  ])('is not made of %s, and nothing is left of it', async (_, code, more, template) => {
    writeFileSync(join(box.paths.lockerTemplate, 'config'), template);
    await expect(add(more)).rejects.toMatchObject({ code });
    expect(existsSync(join(box.config.lxcPath, 'cyd'))).toBe(false);
    expect(existsSync(box.paths.me(cyd))).toBe(false);
    expect(left()).toEqual([]);
  });

  test('that could not be made never takes with it data that were there', async () => {
    mkdirSync(box.paths.me(cyd));
    writeFileSync(join(box.paths.me(cyd), 'diary'), 'mine');
    writeFileSync(join(box.paths.lockerTemplate, 'config'), TEMPLATE.replace(/.*halt.*\n/, ''));
    await expect(add({ adoptData: true })).rejects.toMatchObject({ code: 'LockerUnfit' });
    expect(readdirSync(box.paths.me(cyd))).toEqual(['diary']);
  });

  test('on a box without a template says where to write one', async () => {
    Object.assign(box.paths, { lockerTemplate: join(box.folder, 'nowhere') });
    await expect(add()).rejects.toMatchObject({ code: 'BoxUnfit', cure: expect.stringContaining('nowhere/config') as string });
  });

  test('whose name is none of the box’s lockers is refused', async () => {
    Object.assign(box.config, { lockerPattern: 'a.*' });
    await expect(add()).rejects.toMatchObject({ code: 'LockerUnfit' });
  });

  test('that lockerd died over is finished by the next one', async () => {
    const token = 'r1/lxc12/cyd/1/add' as Token;
    const params = { locker: cyd, values, adoptData: false };
    const { journal } = running.daemon;
    await journal.append({ kind: 'job', token, verb: 'add-locker', params, holder: 'r1', generation: holder.generation });
    await journal.append({ kind: 'intent', token, intent: { kind: 'add', newData: true } });
    mkdirSync(box.paths.me(cyd));
    mkdirSync(join(box.config.lxcPath, '.tmp-cyd-00000000/rootfs'), { recursive: true });
    holder.lockerd.close();
    await running.close();
    await begin();
    expect(await add()).toEqual({ kind: 'added', newData: true });
    expect(existsSync(box.paths.lxcConfig(cyd))).toBe(true);
    expect(left()).toEqual([]);
  });

  test('is not added while changes are frozen', async () => {
    await holder.lockerd.call('freeze-changes', { by: 'local:jane', reason: 'disk' });
    await expect(add()).rejects.toMatchObject({ code: 'ChangesFrozen' });
  });
});

describe('a locker that is removed', () => {
  test('takes container, versions and logs with it, and leaves its owner’s data', async () => {
    stopped('ada');
    writeFileSync(join(box.paths.me(ada), 'diary'), 'mine');
    expect(await remove()).toEqual({ kind: 'removed', data: box.paths.me(ada) });
    expect(existsSync(join(box.config.lxcPath, 'ada'))).toBe(false);
    expect(existsSync(box.paths.locker(ada))).toBe(false);
    expect(readFileSync(join(box.paths.me(ada), 'diary'), 'utf8')).toBe('mine');
    expect(left()).toEqual([]);
  });

  test('takes the data too when that is said', async () => {
    stopped('ada');
    expect(await remove(ada, true)).toEqual({ kind: 'removed', data: null });
    expect(existsSync(box.paths.me(ada))).toBe(false);
    expect(left()).toEqual([]);
  });

  test('is not touched while it runs', async () => {
    await expect(remove(ada, true)).rejects.toMatchObject({ code: 'LockerUnfit' });
    expect(existsSync(box.paths.lxcConfig(ada))).toBe(true);
    expect(existsSync(box.paths.me(ada))).toBe(true);
  });

  test('is nothing that lockerd would start again, and its name can be used anew', async () => {
    stopped('ada');
    await running.daemon.journal.append({ kind: 'wanted', locker: ada, wanted: 'up' });
    await remove();
    expect(running.daemon.journal.state().lockers.get(ada)).toMatchObject({
      wanted: 'down',
      owed: null,
      parked: null,
      next: null,
    });
    const again = { locker: ada, values, adoptData: true };
    expect(await holder.ask('add-locker', again, { step: 'add' })).toEqual({ kind: 'added', newData: false });
  });

  test('is refused to whoever does not hold the box', async () => {
    const other = await aClient(box);
    const asked = { token: 'r2/lxc12/ada/1/remove' as Token, holder: 'r2', generation: holder.generation };
    await expect(other.call('remove-locker', { locker: ada, deleteData: true }, { change: asked })).rejects.toMatchObject({
      code: expect.stringMatching(/NoLease|HeldBy|Fenced/) as string,
    });
    other.close();
  });

  test('of a name that another begins with leaves the other’s unfinished folders alone', async () => {
    stopped('ada');
    mkdirSync(join(box.config.lxcPath, '.tmp-ada-two-00000000'));
    await remove();
    expect(left()).toEqual(['.tmp-ada-two-00000000']);
  });
});

test.each([
  ['one above the highest', ['10.0.0.4/24', '10.0.0.7/24'], '10.0.0.8'],
  ['the lowest free one where the highest is the network’s last', ['10.0.0.4/24', '10.0.0.254/24'], '10.0.0.5'],
  ['beyond a byte where the network is', ['10.0.0.255/22'], '10.0.1.0'],
  ['in the usual network where each has one of its own', ['127.77.0.11/32'], '127.77.0.12'],
  ['none where all are taken', ['10.0.0.5/30', '10.0.0.6/30'], null],
  ['none where nobody has one', [], null],
])('a new locker’s address is %s', (_, addresses, expected) => {
  const configs = addresses.map((address) => `a = b\n lxc.net.0.ipv4.address = ${address}\n`);
  expect(nextAddresses(configs)?.nextAddress ?? null).toBe(expected);
});

const askForAddress = () =>
  renderTemplate({ file: '/t/config', text: 'a = 1\nb = {{address}}\n' }, { locker: 'cyd', box: 'lxc12' });

const placed = (address: string, mac: string) => `lxc.net.0.hwaddr = ${mac}\nlxc.net.0.ipv4.address = ${address}/22\n`;

test.each([
  ['counts on with the address', [placed('10.77.0.254', '02:4c:53:0c:00:fe')], '02:4c:53:0c:00:ff'],
  ['carries over with it', [placed('10.77.0.255', '02:4c:53:0c:00:ff')], '02:4c:53:0c:01:00'],
  ['is of the address where the others have none', ['lxc.net.0.ipv4.address = 10.77.1.254/22'], '02:00:0a:4d:01:ff'],
  [
    'is of the address where the counted one is somebody’s',
    [placed('10.77.0.3', '02:4c:53:0c:00:05'), placed('10.77.0.4', '02:4c:53:0c:00:04')],
    '02:00:0a:4d:00:05',
  ],
])('a new locker’s hardware address %s', (_, configs, mac) => {
  expect(nextAddresses(configs)?.nextMac).toBe(mac);
});

test('a template’s value is asked for with the place that asks and the line to write', () => {
  expect(askForAddress).toThrow('/t/config:2 asks for {{address}}, and nobody gives it.');
  expect(askForAddress).toThrow('boxes.lxc12.lockers.cyd: { values: { address: … } }');
});

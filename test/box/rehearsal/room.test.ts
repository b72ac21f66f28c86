/** What a box lacks for one locker more is said with figures, before anything is begun. */
import { appendFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { BoxContext } from '../../../box/context';
import { roomForRehearsal } from '../../../box/rehearsal/room';
import type { LockerName } from '../../../domain/model/ids';
import type { StageTarget } from '../../../domain/protocol/verbs';
import { aRelease, aServiceConfig } from '../../support/builders';
import { aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';

const ada = 'ada' as LockerName;
const target: StageTarget = { release: aRelease(), service: aServiceConfig(), values: {}, lockerValues: {} };
const NETWORK = ['lxc.net.0.type = veth', 'lxc.net.0.link = br0', 'lxc.net.0.ipv4.address = 10.0.3.11/24', ''].join('\n');

let box: FakeBox;
beforeEach(() => {
  box = aBox(['ada']);
});
afterEach(() => box.remove());
const add = (text: string) => appendFileSync(box.paths.lxcConfig(ada), text);
const roomIn = (config: Partial<BoxContext['config']> = {}) =>
  roomForRehearsal({ ...box, config: { ...box.config, ...config } }, target);

test('without a template it is made like the first locker, at the next address', async () => {
  add(NETWORK);
  expect(await roomIn()).toMatchObject({ kind: 'room', address: '10.0.3.12', model: { of: 'ada', me: box.paths.me(ada) } });
});

test('with one it is made from that', async () => {
  add(NETWORK);
  mkdirSync(join(box.paths.lockerTemplate, 'me'), { recursive: true });
  writeFileSync(join(box.paths.lockerTemplate, 'config'), NETWORK.replace('10.0.3.11', '{{nextAddress}}'));
  expect(await roomIn()).toMatchObject({ kind: 'room', address: '10.0.3.12', model: { of: null, meIsCopied: true } });
});

test('a template that asks for what only a person can give: like the first locker, then', async () => {
  add(NETWORK);
  mkdirSync(box.paths.lockerTemplate, { recursive: true });
  writeFileSync(join(box.paths.lockerTemplate, 'config'), 'lxc.uts.name = {{owner}}\n');
  expect(await roomIn()).toMatchObject({ kind: 'room', model: { of: 'ada' } });
});

test.each([
  ['no network of its own', 'lxc.net.0.type = none\n', 'a network of type none'],
  ['no address', 'lxc.net.0.type = veth\n', 'no fixed address'],
  ['a root that is not simply copied', `lxc.rootfs.path = zfs:tank/ada\n${NETWORK}`, 'of ada is zfs:tank/ada'],
])('%s', async (_, text, because) => {
  add(text);
  expect(await roomIn()).toEqual({ kind: 'none', because: expect.stringContaining(because) });
});

test('data of an owner in the root file system that would be copied', async () => {
  const rootfs = join(dirname(box.paths.lxcConfig(ada)), 'rootfs');
  rmSync(box.paths.me(ada), { recursive: true, force: true });
  mkdirSync(join(rootfs, 'var/lib/registry'), { recursive: true });
  symlinkSync(join(rootfs, 'var/lib/registry'), box.paths.me(ada));
  add(`lxc.rootfs.path = dir:${rootfs}\n${NETWORK}`);
  expect(await roomIn()).toEqual({
    kind: 'none',
    because: expect.stringMatching(/^the data of ada lie in .*rootfs, which would/),
  });
});

test('the first locker is passed over where another can be copied', async () => {
  box.remove();
  box = aBox(['ada', 'ben']);
  writeFileSync(box.paths.lxcConfig(ada), 'lxc.net.0.type = none\n');
  appendFileSync(box.paths.lxcConfig('ben' as LockerName), NETWORK);
  expect(await roomIn()).toMatchObject({ kind: 'room', model: { of: 'ben' } });
});

test('no disk: what is needed, what is free, what stays free', async () => {
  add(NETWORK);
  expect(await roomIn({ minFreeBytes: Number.MAX_SAFE_INTEGER })).toEqual({
    kind: 'none',
    because: expect.stringMatching(/^one more locker takes 16 MiB of disk; \d+ MiB are free, of which \d+ MiB stay free$/),
  });
});

test('lockers that are processes are kept from nothing, so there is none', async () => {
  expect(await roomIn({ kind: 'process' })).toMatchObject({ kind: 'none', because: expect.stringContaining('processes') });
});

test.each(['lxd', 'incus'] as const)('instances of %s have no throwaway one yet', async (kind) => {
  expect(await roomIn({ kind })).toMatchObject({ kind: 'none', because: expect.stringContaining('LXD or Incus') });
});

test('a box without template and lockers says that there is nothing to make one like', async () => {
  rmSync(box.paths.lxcConfig(ada));
  box.lxc.lockers.clear();
  expect(await roomIn()).toMatchObject({ kind: 'none', because: expect.stringContaining('no template for lockers') });
});

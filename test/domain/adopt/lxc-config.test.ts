import { allOf, lastOf, settingsIn } from '../../../domain/adopt/lxc-config';
import type { LxcSource } from '../../../domain/adopt/lxc-config';
import { mountsOf } from '../../../domain/adopt/mounts';

const source = (text: string, includes: LxcSource['includes'] = {}): LxcSource => ({
  file: 'config',
  text,
  includes,
  fstabs: {},
});

test('an include counts where it stands, and what comes after it wins', () => {
  const includes = { '/etc/common.conf': [{ file: '/etc/common.conf', text: 'lxc.start.auto = 1\nlxc.signal.halt = SIGINT\n' }] };
  const settings = settingsIn(
    source('lxc.start.auto = 0\nlxc.include = /etc/common.conf\nlxc.signal.halt = "SIGTERM"\n', includes),
  );
  expect(lastOf(settings, 'lxc.start.auto')).toEqual({ key: 'lxc.start.auto', value: '1', file: '/etc/common.conf', line: null });
  expect(lastOf(settings, 'lxc.signal.halt')).toMatchObject({ value: 'SIGTERM', line: 2 });
});

test('an empty value clears what came before', () => {
  const settings = settingsIn(source('lxc.mount.entry = a\nlxc.mount.entry =\nlxc.mount.entry = b\n'));
  expect(allOf(settings, 'lxc.mount.entry').map(({ value }) => value)).toEqual(['b']);
});

test('an include that includes itself comes to an end', () => {
  const again = { file: '/etc/a.conf', text: 'lxc.include = /etc/a.conf\nlxc.start.auto = 1\n' };
  expect(settingsIn(source('lxc.include = /etc/a.conf\n', { '/etc/a.conf': [again] })).length).toBeGreaterThan(0);
});

test.each([
  ['relative', 'data/me', '/data/me'],
  ['below the rootfs', '/var/lib/lxc/l01/rootfs/Me', '/Me'],
  ['absolute and elsewhere, which LXC ignores', '/Me', null],
])('a target that is %s', (_, target, seen) => {
  const text = `lxc.rootfs.path = dir:/var/lib/lxc/l01/rootfs\nlxc.mount.entry = /srv/my\\040data ${target} none rbind,ro 0 0\n`;
  expect(mountsOf(source(text), settingsIn(source(text)))).toMatchObject([{ source: '/srv/my data', target: seen, bind: true }]);
});

import { lxcConfig, nodeMountOf } from '../../sandbox/lxc-config';

const machine = {
  name: 'l01',
  rootfs: '/box/lxc/l01/rootfs',
  current: '/box/var-locker/lockers/l01/current',
  me: '/box/me/l01',
  bridge: 'lockers',
  cgroup: 'lockstep-x-0',
  address: '10.77.48.11/22',
  mac: '02:4c:53:0c:00:0b',
};

test('a locker mounts its release, its config and its data, and only the data can be written', () => {
  const lines = lxcConfig({ ...machine, node: nodeMountOf('/usr/bin/node') }).split('\n');
  expect(lines).toContain('lxc.mount.entry = /box/var-locker/lockers/l01/current/code code none bind,ro,create=dir 0 0');
  expect(lines).toContain('lxc.mount.entry = /box/var-locker/lockers/l01/current/config Config none bind,ro,create=dir 0 0');
  expect(lines).toContain('lxc.mount.entry = /box/me/l01 Me none bind,rw,create=dir 0 0');
  expect(lines.filter((line) => line.includes(',rw,'))).toHaveLength(1);
});

test('what lockstep asks of a locker is there: a halt signal that Node knows, and no autostart', () => {
  const text = lxcConfig({ ...machine, node: nodeMountOf('/usr/bin/node') });
  expect(text).toContain('lxc.signal.halt = SIGTERM\n');
  expect(text).toContain('lxc.start.auto = 0\n');
  expect(text).toContain('lxc.init.cmd = /usr/bin/node /code/locker.js\n');
});

test.each([
  ['/usr/bin/node', null],
  ['/opt/node-20/bin/node', { source: '/opt/node-20', kind: 'dir' }],
  ['/root/.nvm/v20/bin/node', { source: '/root/.nvm/v20', kind: 'dir' }],
  ['/srv/node', { source: '/srv/node', kind: 'file' }],
])('node at %s is brought along as %j', (execPath, bind) => {
  expect(nodeMountOf(execPath)).toEqual({ path: execPath, bind });
});

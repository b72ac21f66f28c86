import { commandSocket, isListed, watchMonitors } from '../../box/lxc/command-socket';
import type { LockerName } from '../../domain/model/ids';

const ada = 'ada' as LockerName;
const line = (name: string) => `0000000099bb00a4: 00000002 00000000 00010000 0001 01 3273309 @/var/lib/lxc/${name}/command\n`;
const HEAD = 'Num       RefCount Protocol Flags    Type St Inode Path\n';

test('a locker’s socket is found by its whole name', () => {
  const socket = commandSocket('/var/lib/lxc/', ada);
  expect(socket).toBe('/var/lib/lxc/ada/command');
  expect(isListed(HEAD + line('ada'), '/var/lib/lxc/ada/command')).toBe(true);
  expect(isListed(HEAD + line('adam') + line('x/ada'), '/var/lib/lxc/ada/command')).toBe(false);
});

test('a path that LXC would hash tells nothing', () => {
  const long = `/${'x'.repeat(100)}`;
  expect(commandSocket(long, ada)).toBeNull();
  const monitors = watchMonitors(long, () => HEAD);
  monitors.learn(ada);
  expect(monitors.lives(ada)).toBeNull();
});

test('that a socket is missing counts only once one was seen of a locker that runs', () => {
  let text = HEAD;
  const monitors = watchMonitors('/var/lib/lxc', () => text);
  expect(monitors.lives(ada)).toBeNull();
  // It runs, and this LXC does not list it.
  monitors.learn(ada);
  expect(monitors.lives(ada)).toBeNull();
  text = HEAD + line('ada');
  monitors.learn(ada);
  expect(monitors.lives(ada)).toBe(true);
  expect(monitors.lives('ben' as LockerName)).toBe(false);
  text = '';
  expect(monitors.lives(ada)).toBe(false);
});

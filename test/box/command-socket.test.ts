import { commandSocket, isListed, watchMonitors } from '../../box/lxc/command-socket';
import type { LockerName } from '../../domain/model/ids';

const ada = 'ada' as LockerName;
const line = (name: string) => `0000000099bb00a4: 00000002 00000000 00010000 0001 01 3273309 @/var/lib/lxc/${name}/command\n`;
const HEAD = 'Num       RefCount Protocol Flags    Type St Inode Path\n';

test('a locker’s socket is found by its whole name', () => {
  const { name, form } = commandSocket('/var/lib/lxc/', ada);
  expect([name, form]).toEqual(['/var/lib/lxc/ada/command', 'plain']);
  expect(isListed(HEAD + line('ada'), name)).toBe(true);
  expect(isListed(HEAD + line('adam') + line('x/ada'), name)).toBe(false);
});

/** As LXC 5.0.2 was seen to name them; test/lxc/states.test.ts asks the real one. */
test.each([
  [105, 'a', `/tmp/lxcexp/p/${'a'.repeat(83)}/command`],
  [106, 'a', 'lxc/a843cf2c96d63e00/command'],
  [107, 'a', 'lxc/c17769c44e0bfed3/command'],
])('a name of %i bytes is the one that LXC gives it', (bytes, letter, expected) => {
  const base = '/tmp/lxcexp/p';
  const locker = letter.repeat(bytes - base.length - '//command'.length) as LockerName;
  expect(commandSocket(base, locker).name).toBe(expected);
});

test('bytes are counted, and not letters', () => {
  const locker = 'a'.repeat(70) as LockerName;
  expect(commandSocket('/srv/Schließfächer', locker).form).toBe('plain');
  expect(commandSocket(`/srv/${'ß'.repeat(13)}`, locker).form).toBe('hashed');
});

test('what was seen of a short name tells nothing of a long one, nor of one near the limit', () => {
  const long = 'b'.repeat(120) as LockerName;
  const near = 'c'.repeat(106 - '/var/lib/lxc//command'.length) as LockerName;
  let text = HEAD + line('ada');
  const monitors = watchMonitors('/var/lib/lxc', () => text);
  monitors.learn(ada);
  expect([monitors.lives('ben' as LockerName), monitors.lives(long), monitors.lives(near)]).toEqual([false, null, null]);
  text += `0000: 00000002 00000000 00010000 0001 01 3273309 @${commandSocket('/var/lib/lxc', near).name}\n`;
  monitors.learn(near);
  expect([monitors.lives(near), monitors.lives(long)]).toEqual([true, null]);
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

import { monitoredBy } from '../../box/lxc/monitored-by';

const words = (...argv: string[]) => `${argv.join('\0')}\0`;

test.each([
  ['[lxc monitor] /var/lib/lxc ada\0', '/var/lib/lxc', 'ada'],
  ['[lxc monitor] /srv/old boxes/lxc ada', '/srv/old boxes/lxc', 'ada'],
  [words('lxc-start', '-P', '/srv/lxc/', '-n', 'ada', '-F'), '/srv/lxc', 'ada'],
  [words('/usr/bin/lxc-start', '--lxcpath=/srv/lxc', '--name=ada'), '/srv/lxc', 'ada'],
  [words('lxc-start', '-P/srv/lxc', '-nada', '-F'), '/srv/lxc', 'ada'],
  [words('lxc-start', '--name', 'ada', '--lxcpath', 'lxc'), 'lxc', 'ada'],
  [words('lxc-start', '-F', 'ada'), '/var/lib/lxc', 'ada'],
  [words('lxc-start', '-o', 'log', '-s', 'lxc.uts.name=ben', 'ada'), '/var/lib/lxc', 'ada'],
  [words('lxc-execute', '-n', 'ada', '--', '/bin/echo', '-n', 'ben'), '/var/lib/lxc', 'ada'],
])('%j sees to a container', (cmdline, lxcPath, name) => {
  expect(monitoredBy(cmdline)).toMatchObject({ lxcPath, name });
});

test.each([
  words('lxc-stop', '-n', 'ada'),
  words('sh', '-c', 'lxc-start -n ada'),
  words('lxc-autostart', '-a'),
  words('grep', '[lxc monitor] /var/lib/lxc ada'),
  '',
])('%j sees to none', (cmdline) => {
  expect(monitoredBy(cmdline)).toBeNull();
});

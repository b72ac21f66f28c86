import { pathsInScript, pathsInUnit, scriptOf, unitIn } from '../../../domain/adopt/service-words';
import { INIT_SCRIPT, UNIT } from '../../support/real-box/registry';

describe('the unit of a process', () => {
  test.each([
    [
      'cgroup v1, LXC in folders of its own',
      '9:name=systemd:/lxc12/l01/lxc.payload.l01/system.slice/registry.service\n7:blkio:/lxc12/l01/lxc.payload.l01\n0::/lxc12/l01/lxc.payload.l01/system.slice/registry.service\n',
      'registry.service',
    ],
    ['cgroup v2', '0::/lxc.payload.l01/system.slice/registry.service\n', 'registry.service'],
    ['a folder that the service made itself', '0::/lxc.payload.l01/system.slice/registry.service/workers\n', 'registry.service'],
    ['one of several', '0::/lxc.payload.l01/system.slice/system-app.slice/app@blue.service\n', 'app@blue.service'],
    ['a name that the kernel means something by', '0::/lxc.payload.l01/system.slice/_cpu.service\n', 'cpu.service'],
  ])('%s', (_, cgroup, unit) => {
    expect(unitIn(cgroup)).toBe(unit);
  });

  test.each([
    ['sysvinit', '9:name=systemd:/lxc12/l02/lxc.payload.l02\n0::/lxc12/l02/lxc.payload.l02\n'],
    ['a service of a user', '0::/lxc.payload.l01/user.slice/user-1000.slice/user@1000.service/app.slice/web.service\n'],
    ['init itself', '0::/lxc.payload.l01/init.scope\n'],
    ['the locker lies in a service of the box: only of another hierarchy', '3:cpuset:/system.slice/lxc.service\n0::/\n'],
    ['nothing', ''],
  ])('none: %s', (_, cgroup) => {
    expect(unitIn(cgroup)).toBeNull();
  });
});

describe('what a unit names', () => {
  test('its settings', () => {
    expect(pathsInUnit(UNIT)).toEqual({ workingDirectory: null, settings: ['/etc/registry/env'], state: [] });
  });

  test('every folder that systemd makes for it, and where it works', () => {
    const text =
      '[Service]\nWorkingDirectory=-/srv/app\nStateDirectory=app app/cache:link\nConfigurationDirectory=app\nEnvironmentFile=-/etc/app/env\n';
    expect(pathsInUnit(text)).toEqual({
      workingDirectory: '/srv/app',
      settings: ['/etc/app/env', '/etc/app'],
      state: ['/var/lib/app', '/var/lib/app/cache'],
    });
  });

  test('a drop-in wins, and an empty line clears', () => {
    const text =
      'WorkingDirectory=/old\nEnvironmentFile=/etc/old\n[Service]\nWorkingDirectory=/new\nEnvironmentFile=\nEnvironmentFile=/etc/new\n';
    expect(pathsInUnit(text)).toMatchObject({ workingDirectory: '/new', settings: ['/etc/new'] });
  });

  test('what only systemd could fill in is no path', () => {
    expect(pathsInUnit('WorkingDirectory=%h/app\nWorkingDirectory=~\nStateDirectory=%p\n')).toEqual({
      workingDirectory: null,
      settings: [],
      state: [],
    });
  });

  test('a line that goes on is one', () => {
    expect(pathsInUnit('StateDirectory=one \\\n  two\n').state).toEqual(['/var/lib/one', '/var/lib/two']);
  });
});

describe('the script that starts it', () => {
  const words = ['/usr/local/bin/node', '/opt/registry/cli.js', '/var/lib/registry'];
  const others = { ssh: '#!/bin/sh\n/usr/sbin/sshd\n', skeleton: '# /opt/registry/cli.js\n' };

  test('is the one that names what runs', () => {
    expect(scriptOf({ ...others, registry: INIT_SCRIPT }, words)).toBe('registry');
  });

  test('is none where two name it, or none does', () => {
    expect(scriptOf({ one: INIT_SCRIPT, two: INIT_SCRIPT }, words)).toBeNull();
    expect(scriptOf(others, words)).toBeNull();
  });

  test('of an OpenRC script, too', () => {
    const script = '#!/sbin/openrc-run\ncommand="/usr/bin/node"\ncommand_args="/opt/registry/cli.js"\n';
    expect(scriptOf({ ...others, web: script }, ['/usr/bin/node', '/opt/registry/cli.js'])).toBe('web');
  });

  test('names what it reads before', () => {
    expect(pathsInScript(INIT_SCRIPT).settings).toEqual(['/etc/registry/env']);
    expect(pathsInScript('[ -r /etc/app/env ] && . "/etc/app/env"\n').settings).toEqual(['/etc/app/env']);
  });
});

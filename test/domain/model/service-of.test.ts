import { Fault } from '../../../domain/faults';
import { boxOf, packedOf, serviceConfigOf, stageTargetOf } from '../../../domain/model/service-of';
import { targetsOf } from '../../../domain/model/targets';
import { StageTarget } from '../../../domain/protocol/verbs';
import { A_DRAIN, aFleet, aRelease } from '../../support/builders';

test('a box is told its service in milliseconds, with defaults', () => {
  expect(serviceConfigOf(aFleet(), 'lxc1')).toEqual({
    name: 'locker',
    code: { repo: '/fleet/git/locker.git', ref: 'stable' },
    config: { repo: '/fleet/git/locker-config.git', ref: 'stable' },
    port: 8042,
    probe: { path: '/', timeoutMs: 2_000, intervalMs: 1_000 },
    revisionPath: '/core/revision',
    drain: A_DRAIN,
  });
});

test('probe times that are written are kept, and a service without drain has null', () => {
  const fleet = aFleet({ service: { probe: { path: '/up', timeout: '500ms', interval: '3s' }, drain: undefined } });
  expect(serviceConfigOf(fleet, 'lxc1')).toMatchObject({
    probe: { path: '/up', timeoutMs: 500, intervalMs: 3_000 },
    drain: null,
  });
});

test('where lockers have code, config and data is told where it is not the usual', () => {
  const service = { mounts: { code: '/opt/registry', data: '/var/lib/registry' } };
  const { mounts } = serviceConfigOf(aFleet({ service }), 'lxc1');
  expect(mounts).toEqual({ code: '/opt/registry', config: '/Config', data: '/var/lib/registry' });
  expect(targetsOf({ mounts })).toEqual({ code: '/opt/registry', config: '/Config', me: '/var/lib/registry' });
  expect(targetsOf(serviceConfigOf(aFleet(), 'lxc1'))).toEqual({ code: '/code', config: '/Config', me: '/Me' });
});

test.each([
  [{ code: '/opt/app', config: '/opt/app/etc' }, '/opt/app/etc lies within /opt/app'],
  [{ code: '/srv', data: '/srv/data' }, '/srv/data lies within /srv'],
  [{ config: '/data', data: '/data' }, 'two of the three are the same'],
  [{ code: 'opt/app' }, 'an absolute path in the locker'],
  [{ code: '/opt/../code' }, 'an absolute path in the locker'],
  [{ data: '/' }, 'an absolute path in the locker'],
  [{ data: '/my data' }, 'an absolute path in the locker'],
])('%j is refused: %s', (mounts, because) => {
  expect(() => aFleet({ service: { mounts } })).toThrow(because);
});

test.each([
  ['git/locker.git', '/fleet/deep/git/locker.git'],
  ['./git/locker.git', '/fleet/deep/git/locker.git'],
  ['../other.git', '/fleet/other.git'],
  ['a/../../b//c', '/fleet/b/c'],
  ['/srv/locker.git', '/srv/locker.git'],
  ['https://git.example/locker.git', 'https://git.example/locker.git'],
  ['ssh://git@git.example/locker.git', 'ssh://git@git.example/locker.git'],
  ['git@git.example:locker.git', 'git@git.example:locker.git'],
])('the repository %s is %s for a fleet file in /fleet/deep', (repo, expected) => {
  const fleet = aFleet({ file: '/fleet/deep/fleet.yaml', service: { code: { repo, ref: 'stable' } } });
  expect(serviceConfigOf(fleet, 'lxc1').code.repo).toBe(expected);
});

test('the stage target has the box’s values over the service’s, and the lockers’ apart', () => {
  const fleet = aFleet({
    service: { values: { region: 'eu', size: 1 } },
    box: { values: { size: 2 }, lockers: { 'locker-001': { values: { size: 3 } } } },
  });
  const target = stageTargetOf(fleet, 'lxc1', aRelease());
  expect(target).toMatchObject({ values: { region: 'eu', size: 2 }, lockerValues: { 'locker-001': { size: 3 } } });
  expect(StageTarget.parse(target)).toEqual(target);
});

test('an unknown box is refused with the boxes there are and a near miss', () => {
  const fleet = aFleet({ names: ['lxc12', 'lxc13'] });
  expect(boxOf(fleet, 'lxc12').service).toBe('locker');
  const ask = () => boxOf(fleet, 'lcx12');
  expect(ask).toThrow('There is no box "lcx12" in /fleet/fleet.yaml (did you mean lxc12?).');
  expect.assertions(4);
  try {
    boxOf(fleet, 'constructor');
  } catch (error) {
    expect(error).toBeInstanceOf(Fault);
    expect((error as Fault).details).toMatchObject({ code: 'UnknownBox', evidence: ['boxes in the file: lxc12, lxc13'] });
  }
});

test('a box that is pushed to is told so, and a box that fetches is told nothing new', () => {
  expect(serviceConfigOf(aFleet({ box: { stage: 'push' } }), 'lxc1')).toMatchObject({ stage: 'push' });
  expect(serviceConfigOf(aFleet({ box: { stage: 'fetch' } }), 'lxc1')).not.toHaveProperty('stage');
});

test('packed dependencies lie beside the fleet file, wherever the worker runs', () => {
  const packed = { folder: 'packed', lockfile: 'package-lock.json' };
  expect(packedOf(aFleet({ service: { packed } }), 'lxc1')).toEqual({ ...packed, folder: '/fleet/packed' });
  expect(packedOf(aFleet(), 'lxc1')).toBeNull();
});

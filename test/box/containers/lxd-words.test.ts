/** An instance of LXD in LXC's words and back: what an adoption writes is what it has shown, and nothing of it is lost. */
import * as fc from 'fast-check';
import { asWritten } from '../../../box/containers/lxd/as-written';
import { fromLxcWords } from '../../../box/containers/lxd/from-lxc-words';
import { idMapLines } from '../../../box/containers/lxd/id-map-lines';
import { inLxcWords } from '../../../box/containers/lxd/in-lxc-words';
import type { Device, Instance, Part } from '../../../box/containers/lxd/instance';

const ROOT = '/';
const ROOT_DISK: Device = { type: 'disk', path: '/', pool: 'default' };
const disk = (source: string, path: string, more: Device = {}): Device => ({ type: 'disk', source, path, ...more });

function anInstance({
  config = {},
  devices = {},
  parts = [],
}: Partial<Pick<Instance, 'config' | 'devices' | 'parts'>>): Instance {
  const profile = { config: {}, devices: { root: ROOT_DISK } };
  const rest = {
    name: 'l01',
    status: 'Stopped',
    profiles: ['default'],
    architecture: 'x86_64',
    description: '',
    ephemeral: false,
  };
  return { ...rest, config, devices, parts: [profile, ...parts] };
}

/** As domain/adopt/wanted-config.ts writes: some lines go, others come at the end. */
const edited = (text: string, gone: readonly string[], come: readonly string[]): string =>
  [...text.split('\n').filter((line) => line !== '' && !gone.includes(line)), '', '# a comment', ...come, ''].join('\n');

const written = (instance: Instance, text: string) => asWritten(instance, ROOT, { text, difference: [], problems: [] });

test('a disk device is a mount entry, a volume of LXD is none that could be bound, and the root is its root', () => {
  const devices = {
    code: disk('/srv/app', '/opt/app', { readonly: 'true' }),
    data: disk('vol1', 'var/data', { pool: 'default' }),
    sub: disk('/srv/a b', '/mnt/x', { recursive: 'true' }),
  };
  const { own } = inLxcWords(
    anInstance({ devices, config: { 'environment.B': '1 2', 'raw.lxc': 'lxc.signal.halt=SIGINT' } }),
    '/r',
  );
  expect(own.split('\n')).toEqual([
    'lxc.include = profiles',
    'lxc.rootfs.path = dir:/r',
    'lxc.start.auto = 1',
    'lxc.environment = B=1 2',
    'lxc.signal.halt = SIGINT',
    'lxc.mount.entry = /srv/a\\040b mnt/x none rbind,rw,create=dir 0 0',
    'lxc.mount.entry = /srv/app opt/app none bind,ro,create=dir 0 0',
    'lxc.mount.entry = vol1 var/data lxd-volume rw,create=dir 0 0',
    '',
  ]);
});

test.each([
  [undefined, 'false', 0],
  ['0', 'true', 0],
  [undefined, undefined, 1],
  ['true', 'false', 1],
])('boot.autostart %s, and %s in a profile: lxc.start.auto = %s', (own, given, auto) => {
  const config = own === undefined ? {} : { 'boot.autostart': own };
  const parts = given === undefined ? [] : [{ config: { 'boot.autostart': given }, devices: {} }];
  expect(inLxcWords(anInstance({ config, parts }), '/r').own).toContain(`lxc.start.auto = ${auto}\n`);
});

test('what an adoption takes out and puts in is a change of devices and config, told in their words', () => {
  const instance = anInstance({ devices: { app: disk('/srv/app', '/opt/app'), keep: disk('/srv/keys', '/keys') } });
  const { own } = inLxcWords(instance, ROOT);
  const text = edited(
    own,
    ['lxc.start.auto = 1', 'lxc.mount.entry = /srv/app opt/app none bind,rw,create=dir 0 0'],
    ['lxc.start.auto = 0', 'lxc.signal.halt = SIGRTMIN+3', 'lxc.mount.entry = /v/current/code code none bind,ro,create=dir 0 0'],
  );
  expect(fromLxcWords(instance, text)).toEqual({
    config: { 'boot.autostart': 'false', 'raw.lxc': 'lxc.signal.halt = SIGRTMIN+3\n' },
    devices: { keep: disk('/srv/keys', '/keys'), 'lockstep-code': disk('/v/current/code', '/code', { readonly: 'true' }) },
  });
  expect(written(instance, text)).toMatchObject({
    problems: [],
    difference: [
      '- device app: type: disk, source: /srv/app, path: /opt/app',
      '+ config boot.autostart: false',
      '+ config raw.lxc: lxc.signal.halt = SIGRTMIN+3',
      '+ device lockstep-code: type: disk, source: /v/current/code, path: /code, readonly: true',
    ],
  });
});

test("a profile's mount that is cleared is hidden from this instance alone, and the others of it stay inherited", () => {
  const parts = [{ config: {}, devices: { app: disk('/srv/app', '/opt/app'), keys: disk('/srv/keys', '/keys') } }];
  const instance = anInstance({ parts });
  const { own } = inLxcWords(instance, ROOT);
  const text = edited(own, [], ['lxc.mount.entry =', 'lxc.mount.entry = /srv/keys keys none bind,rw,create=dir 0 0']);
  expect(fromLxcWords(instance, text).devices).toEqual({ app: { type: 'none' } });
});

test("raw.lxc of one's own hides that of a profile, so that it is said again", () => {
  const parts = [{ config: { 'raw.lxc': 'lxc.init.cwd = /opt\n' }, devices: {} }];
  const instance = anInstance({ parts });
  const text = edited(inLxcWords(instance, ROOT).own, [], ['lxc.signal.halt = SIGINT']);
  expect(fromLxcWords(instance, text).config['raw.lxc']).toBe('lxc.init.cwd = /opt\nlxc.signal.halt = SIGINT\n');
});

test('a device that shifts ids is not replaced in silence by one that does not', () => {
  const instance = anInstance({ devices: { data: disk('/srv/data', '/data', { shift: 'true' }) } });
  const text = edited(inLxcWords(instance, ROOT).own, ['lxc.mount.entry = /srv/data data none bind,rw,create=dir 0 0'], []);
  expect(written(instance, text).problems).toMatchObject([
    { code: 'unknown-mount', detail: 'device data has shift: true: that would be lost' },
  ]);
});

test('an instance that runs is refused: what is changed of its mounts changes under its processes', () => {
  const instance = { ...anInstance({}), status: 'Running' };
  expect(written(instance, inLxcWords(instance, ROOT).own).problems).toMatchObject([
    { code: 'runs-now', cure: expect.stringContaining('lockerctl stop l01') },
  ]);
});

test('one whose root file system is not to be seen is refused, since its init can not be told', () => {
  const instance = anInstance({});
  const text = inLxcWords(instance, '/nowhere/rootfs').own;
  expect(asWritten(instance, '/nowhere/rootfs', { text, difference: [], problems: [] }).problems).toMatchObject([
    { code: 'config-unreadable', detail: expect.stringContaining('/nowhere/rootfs') },
  ]);
});

test('ids are those of its next start', () => {
  const next = '[{"Isuid":true,"Isgid":true,"Hostid":165536,"Nsid":0,"Maprange":1000}]';
  expect(idMapLines({ 'volatile.idmap.next': next, 'volatile.last_state.idmap': '[]' })).toEqual([
    'u 0 165536 1000',
    'g 0 165536 1000',
  ]);
  expect(idMapLines({})).toEqual([]);
});

const paths = fc.constantFrom('/code', '/Config', '/Me', '/opt/app', '/opt/app/etc', '/data');
const sources = fc.constantFrom('/srv/app', '/srv/app/etc', '/v/l01/current/code', '/srv/a b');
const devices = fc.dictionary(
  fc.constantFrom('app', 'data', 'lockstep-code', 'x'),
  fc.oneof(
    fc.constant<Device>({ type: 'none' }),
    fc
      .record({ source: sources, path: paths, ro: fc.boolean() })
      .map(({ source, path, ro }) => disk(source, path, ro ? { readonly: 'true' } : {})),
  ),
);
const raws = fc.constantFrom(
  'lxc.signal.halt = SIGINT',
  'lxc.mount.entry = /dev/fuse dev/fuse none bind,create=file 0 0',
  'lxc.init.cwd = /opt',
);
const configs = fc.record(
  {
    'boot.autostart': fc.constantFrom('true', 'false'),
    'raw.lxc': fc.uniqueArray(raws).map((lines) => lines.join('\n')),
    'environment.A': fc.constantFrom('', '1'),
  },
  { requiredKeys: [] },
);
const anyPart = fc.record({ config: configs, devices }) as fc.Arbitrary<Part>;
const come = fc.uniqueArray(
  fc.oneof(
    fc
      .record({ source: sources, path: paths })
      .map(
        ({ source, path }) => `lxc.mount.entry = ${source.replace(' ', '\\040')} ${path.slice(1)} none bind,ro,create=dir 0 0`,
      ),
    fc.constantFrom('lxc.mount.entry =', 'lxc.start.auto = 0', 'lxc.signal.halt = SIGRTMIN+3', 'lxc.environment = A=2'),
  ),
);

test('of what an adoption could write: it reads as it was shown, writing it again changes nothing, and what it could not say is named', () => {
  fc.assert(
    fc.property(anyPart, anyPart, come, fc.nat(10), (own, profile, lines, gone) => {
      const instance = anInstance({ ...own, parts: [profile] });
      const before = inLxcWords(instance, ROOT).own.split('\n');
      const text = edited(
        before.join('\n'),
        before.filter((line, index) => index === gone && !/include|rootfs/.test(line)),
        lines,
      );
      const shown = written(instance, text);
      const after = { ...instance, ...fromLxcWords(instance, shown.text) };
      if (shown.problems.length > 0) return;
      expect(inLxcWords(after, ROOT).own).toBe(shown.text);
      expect(fromLxcWords(after, shown.text)).toEqual({ config: after.config, devices: after.devices });
    }),
  );
});

/** A new locker whose root is a user without rights outside: real LXC, `lxc.idmap` by an include as LXC's own configs have it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BoxContext } from '../../box/context';
import { makeLxc } from '../../box/lxc/make-lxc';
import { makeLocker } from '../../box/new-locker/make-locker';
import { newConfig } from '../../box/new-locker/template';
import { boxPaths } from '../../box/paths';
import type { LockerConfig } from '../../box/release/config-of';
import { makeVersions } from '../../box/release/make-versions';
import { readSecrets, writeSecret } from '../../box/release/secrets';
import { Digest } from '../../domain/model/ids';
import type { LockerName } from '../../domain/model/ids';
import { BoxConfig } from '../../domain/protocol/box-config';
import { aRelease, aServiceConfig } from '../support/builders';
import { allowMappedIds, forgetMappedIds, MAPPED_IDS } from '../support/mapped-ids';

jest.setTimeout(60_000);

const { first: FIRST, count: COUNT } = MAPPED_IDS;
const ada = 'ada' as LockerName;
const HOST = ['bin', 'sbin', 'lib', 'lib64', 'usr'];
const INIT = `trap 'exit 0' TERM
cat /Config/key > /Me/read; cat /Me/welcome >> /Me/read; echo more >> /Me/welcome && echo wrote >> /Me/read
while :; do sleep 0.05; done
`;

let folder: string;
let box: BoxContext;
beforeAll(allowMappedIds);
afterAll(forgetMappedIds);
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-id-'));
  // The locker's root comes this way.
  chmodSync(folder, 0o755);
  const config = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(folder, 'locker'),
    data: join(folder, 'Me'),
    lxcPath: join(folder, 'lxc'),
    socket: join(folder, 'lockerd.sock'),
    log: join(folder, 'lockerd.log'),
  });
  const paths = boxPaths(config);
  box = { config, paths, lxc: makeLxc(config, paths), version: '', bootId: '', now: Date.now, log: () => {} };
  for (const place of [config.data, config.lxcPath, paths.bootLogs]) mkdirSync(place, { recursive: true });
  writeFileSync(
    join(folder, 'userns.conf'),
    ['u', 'g'].map((of) => `lxc.include = ${folder}/userns.conf.d/\nlxc.idmap = ${of} 0 ${FIRST} ${COUNT}\n`).join(''),
  );
});
afterEach(() => {
  for (const command of ['lxc-stop']) spawnSync(command, ['-P', box.config.lxcPath, '-n', ada, '-k']);
  rmSync(folder, { recursive: true, force: true });
});

function template(): void {
  const rootfs = join(box.paths.lockerTemplate, 'rootfs');
  for (const place of [...HOST, 'proc', 'sys', 'dev', 'code', 'Config', 'Me'])
    mkdirSync(join(rootfs, place), { recursive: true });
  mkdirSync(join(box.paths.lockerTemplate, 'me'), { mode: 0o700 });
  writeFileSync(join(box.paths.lockerTemplate, 'me/welcome'), 'hello\n', { mode: 0o600 });
  writeFileSync(join(rootfs, 'init.sh'), INIT);
  chmodSync(join(rootfs, 'init.sh'), 0o4755);
  const lines = [
    `lxc.include = ${folder}/userns.conf`,
    'lxc.rootfs.path = dir:{{rootfs}}',
    'lxc.signal.halt = SIGTERM',
    'lxc.apparmor.profile = unconfined',
    'lxc.mount.auto = proc:mixed sys:ro',
    'lxc.net.0.type = empty',
    ...HOST.map((place) => `lxc.mount.entry = /${place} ${place} none bind,ro 0 0`),
    'lxc.mount.entry = {{current}}/code code none bind,ro 0 0',
    'lxc.mount.entry = {{current}}/config Config none bind,ro 0 0',
    'lxc.mount.entry = {{me}} Me none bind,rw 0 0',
    'lxc.init.cmd = /bin/sh /init.sh',
  ];
  writeFileSync(join(box.paths.lockerTemplate, 'config'), `${lines.join('\n')}\n`);
}

async function secretIn(version: string): Promise<void> {
  const file = box.paths.secretOfAll('key');
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, 'sesame\n', { mode: 0o600 });
  const secrets = await readSecrets(box, aServiceConfig({ secrets: ['key'] }), ada);
  for (const [path, secret] of secrets) await writeSecret(join(version, 'config', path), secret);
}

test('its owner’s folder and its secrets are its own inside: it reads them and writes', async () => {
  template();
  await makeLocker(box, { locker: ada, config: await newConfig(box, ada, {}), newData: true });
  for (const path of [box.paths.me(ada), join(box.paths.me(ada), 'welcome')])
    expect([statSync(path).uid, statSync(path).gid]).toEqual([FIRST, FIRST]);
  // Of its root file system, too, which its template has as the box's root wrote it.
  const init = statSync(join(box.config.lxcPath, ada, 'rootfs/init.sh'));
  expect([init.uid, init.gid, init.mode & 0o7777]).toEqual([FIRST, FIRST, 0o4755]);
  const version = box.paths.current(ada);
  mkdirSync(join(version, 'code'), { recursive: true });
  await secretIn(version);
  expect(await box.lxc.start(ada, 20_000)).toEqual({ ok: true });
  const said = () => readFileSync(join(box.paths.me(ada), 'read'), 'utf8');
  const end = performance.now() + 20_000;
  while (performance.now() < end && !said().includes('wrote')) await sleep(50);
  expect(said()).toBe('sesame\nhello\nwrote\n');
});

test('its config is its root’s inside, what its secrets have there stays', async () => {
  template();
  await makeLocker(box, { locker: ada, config: await newConfig(box, ada, {}), newData: true });
  const secret = { bytes: Buffer.from('sesame'), mode: 0o600, uid: FIRST + 33, gid: FIRST + 33 };
  const config: LockerConfig = {
    files: new Map([['conf.d/env', 'PORT=1\n']]),
    executable: new Set(),
    secrets: new Map([['key', secret]]),
    digest: Digest.parse('d'.repeat(64)),
  };
  const target = { release: aRelease(), service: aServiceConfig(), values: {}, lockerValues: {} };
  await makeVersions(box, { target, configs: new Map([[ada, config]]), by: 'test' });
  const owners = ['', 'conf.d', 'conf.d/env', 'key'].map((path) => {
    const { uid, gid } = statSync(join(box.paths.version(ada, 1), 'config', path));
    return [uid, gid];
  });
  const root = [FIRST, FIRST];
  expect(owners).toEqual([root, root, root, [FIRST + 33, FIRST + 33]]);
  expect(statSync(join(box.paths.version(ada, 1), 'REVISION')).uid).toBe(0);
});

test('what lies in the range already keeps its owner', async () => {
  template();
  chownSync(join(box.paths.lockerTemplate, 'me/welcome'), FIRST + 33, FIRST + 33);
  await makeLocker(box, { locker: ada, config: await newConfig(box, ada, {}), newData: true });
  expect(statSync(join(box.paths.me(ada), 'welcome')).uid).toBe(FIRST + 33);
  expect(statSync(box.paths.me(ada)).uid).toBe(FIRST);
});

import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endsBy, endsInTable, wouldEndBy } from '../../../box/inspect/ends-by';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-init-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const anInit = (program: string, blocked: string, table?: string) => {
  mkdirSync(join(folder, '7/root/etc'), { recursive: true });
  writeFileSync(join(folder, '7/status'), `SigBlk:\t${blocked}\nSigCgt:\t0000000000000000\n`);
  symlinkSync(program, join(folder, '7/exe'));
  if (table !== undefined) writeFileSync(join(folder, '7/root/etc/inittab'), table);
};
const HALTING = 'id:2:initdefault:\npf::powerwait:/sbin/init 0\nca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now\n';
const NOTHING = '0000000000000000';

test.each([
  ['systemd, which blocks SIGTERM too', '/usr/lib/systemd/systemd', '7fe3c0fe28014a03', undefined, [37, 38]],
  ['sysvinit, by its table', '/usr/sbin/init', NOTHING, HALTING, [30]],
  ['busybox', '/bin/busybox', NOTHING, undefined, [12, 10]],
  ['runit', '/usr/bin/runit', NOTHING, undefined, [18]],
  ['a service that is its own init', '/usr/bin/node', NOTHING, undefined, null],
  ['something that calls itself init and has no table', '/srv/init', NOTHING, undefined, null],
])('%s', async (_, program, blocked, table, ends) => {
  anInit(program, blocked, table);
  expect(await endsBy(7, folder)).toEqual(ends);
});

test.each([
  ['a halt on a power failure', 'pf::powerfail:/sbin/shutdown -h now', [30]],
  ['a power off on Ctrl-Alt-Del', 'ca::ctrlaltdel:/sbin/poweroff', [2]],
  ['both', 'ca::ctrlaltdel:/sbin/init 0\npn::powerfailnow:/sbin/halt', [30, 2]],
  [
    'the table that Debian ships',
    'ca:12345:ctrlaltdel:/sbin/shutdown -t1 -a -r now\npf::powerwait:/etc/init.d/powerfail start',
    [],
  ],
  ['a line that is commented out', '#pf::powerwait:/sbin/init 0', []],
])('in an inittab: %s', (_, table, ends) => expect(endsInTable(table)).toEqual(ends));

test('of one that does not run, what its root would start is looked at', async () => {
  mkdirSync(join(folder, 'sbin'));
  symlinkSync('/lib/systemd/systemd', join(folder, 'sbin/init'));
  expect(await wouldEndBy(folder)).toEqual([37, 38]);
  expect(await wouldEndBy(join(folder, 'nowhere'))).toBeNull();
});

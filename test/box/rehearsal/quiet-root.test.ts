/** Of a copied root file system nothing comes alive but what is rehearsed, and nothing beside it is touched. */
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ownIdentity } from '../../../box/new-locker/own-identity';
import { quietRoot } from '../../../box/rehearsal/quiet-root';

let dir: string;
let root: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'lockstep-root-'));
  root = join(dir, 'rootfs');
  put('etc/hostname', 'ada\n');
  put('etc/hosts', '127.0.0.1 localhost\n127.0.1.1 ada adam # of ada\n');
  put('etc/machine-id', `${'a'.repeat(32)}\n`);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(path: string, text = 'x'): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');
const isThere = (path: string) => lstatSync(join(root, path), { throwIfNoEntry: false }) !== undefined;

test.each([
  ['a host key', 'etc/ssh/ssh_host_ed25519_key'],
  ['a table of cron', 'etc/cron.d/backup'],
  ['the system’s own', 'etc/crontab'],
  ['a person’s', 'var/spool/cron/crontabs/ada'],
  ['a mail that waits', 'var/spool/postfix/deferred/A/A1B2'],
  ['a mail that came', 'var/mail/ada'],
  ['an address of before', 'var/lib/dhcp/dhclient.eth0.leases'],
  ['the journal', 'var/log/journal/aa/system.journal'],
  ['cron under sysvinit', 'etc/rc2.d/S03cron'],
  ['mail under sysvinit', 'etc/rc3.d/S04exim4'],
  ['cron under OpenRC', 'etc/runlevels/default/crond'],
  ['logins under runit', 'etc/service/sshd'],
  ['the way to a relay', 'etc/msmtprc'],
])('%s is not in the copy: %s', async (_, path) => {
  put(path);
  await quietRoot(root);
  expect(isThere(path)).toBe(false);
});

test.each([
  'etc/rc2.d/S01registry',
  'etc/runlevels/default/registry',
  'var/lib/registry/data',
  'etc/registry/env',
  'etc/rc2.d/S01cronograph',
])('%s stays', async (path) => {
  put(path);
  await quietRoot(root);
  expect(isThere(path)).toBe(true);
});

test('logs are empty and there', async () => {
  put('var/log/registry.log', 'what ada did');
  await quietRoot(root);
  expect(textOf('var/log/registry.log')).toBe('');
});

test('systemd starts nothing at its times, no mail and no logins', async () => {
  put('etc/systemd/system/multi-user.target.wants/registry.service');
  symlinkSync('/lib/systemd/system/ssh.service', join(root, 'etc/systemd/system/sshd.service'));
  await quietRoot(root);
  for (const unit of ['timers.target', 'cron.service', 'exim4.service', 'postfix@.service', 'ssh.socket', 'sshd.service'])
    expect(readlinkSync(join(root, 'etc/systemd/system', unit))).toBe('/dev/null');
  expect(isThere('etc/systemd/system/multi-user.target.wants/registry.service')).toBe(true);
});

test('it is another machine, by name and by id', async () => {
  await quietRoot(root);
  expect([textOf('etc/machine-id'), textOf('etc/hostname')]).toEqual(['', 'rehearsal\n']);
  expect(textOf('etc/hosts')).toBe('127.0.0.1 localhost\n127.0.1.1 rehearsal adam # of rehearsal\n');
});

test('a link leads nowhere but within the copy', async () => {
  const beside = join(dir, 'box');
  for (const path of ['ssh/ssh_host_rsa_key', 'cron.d/backup', 'log/syslog', 'machine-id']) {
    mkdirSync(dirname(join(beside, path)), { recursive: true });
    writeFileSync(join(beside, path), 'of the box');
  }
  rmSync(join(root, 'etc/machine-id'));
  mkdirSync(join(root, 'var/spool'), { recursive: true });
  symlinkSync(join(beside, 'ssh'), join(root, 'etc/ssh'));
  symlinkSync(join(beside, 'cron.d'), join(root, 'etc/cron.d'));
  symlinkSync('../../box/log', join(root, 'var/log'));
  symlinkSync(join(beside, 'log'), join(root, 'var/spool/mail'));
  symlinkSync(join(beside, 'machine-id'), join(root, 'etc/machine-id'));
  await quietRoot(root);
  for (const path of ['ssh/ssh_host_rsa_key', 'cron.d/backup', 'log/syslog', 'machine-id'])
    expect(readFileSync(join(beside, path), 'utf8')).toBe('of the box');
});

test('a root without any of it stays as it is', async () => {
  const bare = join(dir, 'bare');
  mkdirSync(bare);
  await quietRoot(bare);
  expect(existsSync(join(bare, 'etc'))).toBe(false);
});

test('a new locker has its own name and id', async () => {
  put('etc/ssh/sshd_config', 'PermitRootLogin no');
  await ownIdentity(root, 'l13');
  expect([textOf('etc/hostname'), textOf('etc/machine-id'), textOf('etc/ssh/sshd_config')]).toEqual([
    'l13\n',
    '',
    'PermitRootLogin no',
  ]);
});

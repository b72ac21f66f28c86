/**
 * Of a copied root file system only the program is to come alive: nothing that acts at a time of its own, sends, or
 * answers as the machine that it was copied from, and nothing that somebody's life left in it. Runs before the copy is
 * ever started; links are followed within it alone.
 */
import { lstat, mkdir, readdir, rm, symlink, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { resolveBelow } from '../locker/path-in-locker';
import { ownIdentity, takeHostKeys } from '../new-locker/own-identity';

export async function quietRoot(root: string): Promise<void> {
  await ownIdentity(root, 'rehearsal');
  await takeHostKeys(root);
  for (const folder of LEFT_BY_A_LIFE) await emptyFiles(root, folder);
  for (const [folder, name] of SCHEDULES) await removeNamed(root, folder, name);
  for (const folder of await startLists(root)) await removeNamed(root, folder, STARTED);
  await mask(root);
}

/** Logs, queued mail, tables of cron: their folders stay, since programs expect them. */
const LEFT_BY_A_LIFE = ['/var/log', '/var/spool', '/var/mail', '/var/tmp', '/tmp', '/var/lib/dhcp'];

const ALL = /./;
const SCHEDULES: readonly (readonly [folder: string, name: RegExp])[] = [
  ['/etc', /^(?:crontab|anacrontab|msmtprc)$/],
  ['/etc/cron.d', ALL],
  ['/etc/crontabs', ALL],
  ['/etc/ssmtp', /^ssmtp\.conf$/],
  ['/etc/nullmailer', /^remotes$/],
];

const BY_TIME = ['cron', 'crond', 'cronie', 'anacron', 'atd', 'fcron', 'bcron', 'unattended-upgrades'];
const OF_MAIL = ['exim4', 'postfix', 'sendmail', 'opensmtpd', 'smtpd', 'nullmailer', 'dma', 'msmtpd'];
const OF_LOGINS = ['ssh', 'sshd', 'dropbear'];
const SERVICES = [...BY_TIME, ...OF_MAIL, ...OF_LOGINS];
const STARTED = new RegExp(`^(?:S\\d\\d)?(?:${SERVICES.join('|')})$`);

/** Of sysvinit, OpenRC and runit; systemd's are masked. */
async function startLists(root: string): Promise<string[]> {
  const below = async (folder: string): Promise<string[]> => (await namesIn(root, folder)).map((name) => `${folder}/${name}`);
  const levels = (await below('/etc')).filter((path) => /\/rc[0-9S]\.d$/.test(path));
  return [...levels, ...(await below('/etc/runlevels')), ...(await below('/etc/runit/runsvdir')), '/etc/service', '/var/service'];
}

const UNITS = [
  'timers.target',
  'ssh.socket',
  'sshd.socket',
  'postfix@.service',
  ...SERVICES.map((service) => `${service}.service`),
];

async function mask(root: string): Promise<void> {
  if ((await folderIn(root, '/etc/systemd')) === null) return;
  const folder = (await resolveBelow(root, '/etc/systemd/system')) ?? '';
  await mkdir(folder, { recursive: true });
  for (const unit of UNITS) {
    await rm(join(folder, unit), { force: true });
    await symlink('/dev/null', join(folder, unit));
  }
}

async function folderIn(root: string, path: string): Promise<string | null> {
  const folder = await resolveBelow(root, path);
  return folder !== null && (await lstat(folder).catch(() => null))?.isDirectory() ? folder : null;
}

async function namesIn(root: string, path: string): Promise<string[]> {
  const folder = await folderIn(root, path);
  return folder === null ? [] : readdir(folder);
}

async function removeNamed(root: string, path: string, name: RegExp): Promise<void> {
  const folder = await folderIn(root, path);
  for (const one of await namesIn(root, path))
    if (folder !== null && name.test(one)) await rm(join(folder, one), { recursive: true, force: true });
}

/** The files stay as names, since a program may want to append to its own log; links and sockets go. */
async function emptyFiles(root: string, path: string): Promise<void> {
  const folder = await folderIn(root, path);
  if (folder !== null) await emptyBelow(folder);
}

async function emptyBelow(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await emptyBelow(path);
    else if (/\/var\/log\/(?!journal\/)/.test(path) && entry.isFile()) await truncate(path);
    else await rm(path, { force: true });
  }
}

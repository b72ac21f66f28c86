/** Makes one wanted thing so. Its entry has been written down before. */
import { dirname } from 'node:path';
import { renameSync, rmSync, symlinkSync } from 'node:fs';
import { accountOf, makeAccount } from './accounts';
import { command, has, mustRun } from './command';
import { Failed } from './failed';
import { besideOf, makeFolders, missingFolders, writeSynced, writeWhole } from './host-files';
import { askLockerd, endLockerd } from './lockerd-process';
import { isEnabled, keyPlace } from './see-change';
import type { Wanted, WantedFile, WantedKey, WantedLockerd } from './wanted';

const OPEN = { mode: 0o755 };

/** The words of a lockerd that was asked; null for all else. */
export async function makeChange(wanted: Wanted): Promise<ReturnType<typeof askLockerd> | null> {
  switch (wanted.kind) {
    case 'account':
      makeAccount(wanted.name);
      return null;
    case 'folder':
      makeFolders(missingFolders(wanted.path), OPEN);
      return null;
    case 'file':
      makeFile(wanted);
      return null;
    case 'link':
      makeFolders(missingFolders(dirname(wanted.path)), OPEN);
      rmSync(wanted.path, { force: true });
      symlinkSync(wanted.target, wanted.path);
      return null;
    case 'key':
      makeKeyLine(wanted);
      return null;
    case 'unit':
      mustRun(['systemctl', 'daemon-reload']);
      mustRun(['systemctl', 'enable', wanted.name]);
      // The one that this login started would hold the lock.
      await endLockerd(wanted);
      mustRun(['systemctl', 'restart', wanted.name]);
      return null;
    case 'lockerd':
      break;
  }
  return startLockerd(wanted);
}

function makeFile({ path, mode, text, sudoers }: WantedFile): void {
  makeFolders(missingFolders(dirname(path)), OPEN);
  if (!sudoers || !has('visudo')) return writeWhole(path, text, { mode });
  const beside = besideOf(path);
  writeSynced(beside, text, { mode });
  const checked = command(['visudo', '-cf', beside]);
  if (checked.exit === 0) return renameSync(beside, path);
  rmSync(beside, { force: true });
  throw new Failed(`visudo refuses the line for ${path}; it was not put there.`, checked.lines);
}

function makeKeyLine(wanted: WantedKey): void {
  const account = accountOf(wanted.account);
  if (account === null) throw new Failed(`The host has no account ${wanted.account}.`);
  const { path, line, kept } = keyPlace(wanted);
  const { uid, gid } = account;
  makeFolders(missingFolders(dirname(path)), { mode: 0o700, uid, gid });
  writeWhole(path, `${[...kept, line].join('\n')}\n`, { mode: 0o600, uid, gid });
}

const UNIT = 'lockstep.service';

async function startLockerd(wanted: WantedLockerd): Promise<ReturnType<typeof askLockerd>> {
  await endLockerd(wanted);
  // Where systemd looks after it, it is systemd's to start: one that we start would be of this login's session.
  if (isEnabled(UNIT)) mustRun(['systemctl', 'restart', UNIT]);
  return askLockerd(wanted.lockerctl);
}

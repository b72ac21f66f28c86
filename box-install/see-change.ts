/** What a wanted thing would change; null: it is so already. Looks only. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { accountOf } from './accounts';
import { command } from './command';
import { asItIs, bytesOf, linkTarget, missingFolders } from './host-files';
import { lockerdPid, runsOlder } from './lockerd-process';
import type { Change, Wanted, WantedFile, WantedKey, WantedLockerd } from './wanted';

export const idOf = (wanted: Wanted): string => {
  switch (wanted.kind) {
    case 'folder':
    case 'file':
    case 'link':
      return `${wanted.kind} ${wanted.path}`;
    case 'account':
    case 'unit':
      return `${wanted.kind} ${wanted.name}`;
    case 'key':
      return `key of ${wanted.account}`;
    case 'lockerd':
      break;
  }
  return 'lockerd';
};

/** `due`: ids of the changes that come before it. */
export function seeChange(wanted: Wanted, due: ReadonlySet<string>): Change | null {
  const plus = (text: string, lines: readonly string[] = []): Change => ({ id: idOf(wanted), sign: '+', text, lines });
  switch (wanted.kind) {
    case 'account':
      return accountOf(wanted.name) === null ? plus(`account ${wanted.name}, with no password`) : null;
    case 'folder':
      return missingFolders(wanted.path).length > 0 ? plus(`folder ${wanted.path}`) : null;
    case 'file':
      return seeFile(wanted);
    case 'link':
      return linkTarget(wanted.path) === wanted.target ? null : plus(`link ${wanted.path} -> ${wanted.target}`);
    case 'key':
      return seeKey(wanted);
    case 'unit':
      return isEnabled(wanted.name) ? null : plus(`unit ${wanted.name} enabled and started`);
    case 'lockerd':
      break;
  }
  return seeLockerd(wanted, due);
}

function seeFile(wanted: WantedFile): Change | null {
  const { path, mode, text, about } = wanted;
  const before = asItIs(path);
  if (before !== null && before.mode === mode && bytesOf(path)?.equals(Buffer.from(text))) return null;
  const what = `file ${path} (${about ?? `mode ${mode.toString(8).padStart(4, '0')}`})`;
  const lines = about === undefined ? text.trimEnd().split('\n') : [];
  return {
    id: idOf(wanted),
    sign: before === null ? '+' : '~',
    text: before === null ? what : `${what}, in place of another`,
    lines,
  };
}

export interface KeyPlace {
  readonly path: string;
  readonly line: string;
  /** All other lines of the file. */
  readonly kept: readonly string[];
  /** Older lines of the same key: they would still open what they opened. */
  readonly replaced: readonly string[];
}

/** The home of an account that is not made yet is where useradd will put it. */
export function keyPlace({ account, command: forced, publicKey }: WantedKey): KeyPlace {
  const path = join(accountOf(account)?.home ?? `/home/${account}`, '.ssh', 'authorized_keys');
  const line = `restrict,command="${forced}" ${publicKey}`;
  const text = bytesOf(path)?.toString('utf8') ?? '';
  const lines = text.split('\n').filter((one) => one !== '');
  const blob = publicKey.split(' ')[1] ?? '';
  const same = (one: string) => one.split(/\s+/).includes(blob);
  return { path, line, kept: lines.filter((one) => !same(one)), replaced: lines.filter((one) => same(one) && one !== line) };
}

function seeKey(wanted: WantedKey): Change | null {
  const { path, line, replaced } = keyPlace(wanted);
  const there = bytesOf(path)?.toString('utf8').split('\n').includes(line);
  if (there && replaced.length === 0) return null;
  const lines = [...replaced.map((one) => `- ${one}`), `+ ${line}`];
  return { id: idOf(wanted), sign: '+', text: `line in ${path}: its key may run the relay, and nothing else`, lines };
}

/** Of an init script with the same name systemctl says so too, even where no systemd runs. */
export const isEnabled = (unit: string): boolean =>
  existsSync('/run/systemd/system') &&
  existsSync(`/etc/systemd/system/${unit}`) &&
  command(['systemctl', 'is-enabled', '--quiet', unit]).exit === 0;

function seeLockerd(wanted: WantedLockerd, due: ReadonlySet<string>): Change | null {
  const pid = lockerdPid(wanted);
  if (pid === null) return { id: 'lockerd', sign: '+', text: 'lockerd started', lines: [] };
  const newer = wanted.readBy.some((file) => due.has(`file ${file}`)) || runsOlder(wanted.pidFile, wanted.readBy);
  const text = `lockerd (process ${pid}) makes way for this one; running lockers are not touched`;
  return newer ? { id: 'lockerd', sign: '~', text, lines: [] } : null;
}

'use strict';
/**
 * Runs on the box, by `node -` over an admin's login: what follows this text on stdin is one
 * call `main(…JSON…)`. Each step looks first and changes only what differs, so a second run
 * changes nothing. Says one JSON line a step. Needs Node 18 and nothing else.
 */
const { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } = require('node:fs');
const { dirname, join } = require('node:path');
const { spawnSync } = require('node:child_process');

const tell = (frame) => process.stdout.write(`${JSON.stringify(frame)}\n`);
const step = (text, changed) => tell({ step: text, changed });

function readOrNull(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Beside, then renamed: nobody reads a half-written file, and a running program keeps its own. */
function writeWhole({ path, mode, text, owner }) {
  const same = readOrNull(path) === text && (statSync(path).mode & 0o7777) === mode;
  if (same) return false;
  mkdirSync(dirname(path), { recursive: true });
  const beside = `${path}.new-${process.pid}`;
  writeFileSync(beside, text, { mode });
  chmodSync(beside, mode);
  if (owner) chownSync(beside, owner.uid, owner.gid);
  renameSync(beside, path);
  return true;
}

function makeFolder(path) {
  return mkdirSync(path, { recursive: true }) !== undefined;
}

function accountOf(name) {
  const found = spawnSync('getent', ['passwd', name], { encoding: 'utf8' });
  const [, , uid, gid, , home] = (found.stdout || '').trim().split(':');
  if (found.status !== 0 || !home)
    throw new Error(`the box has no account ${name}; make it (useradd --create-home --shell /bin/sh ${name})`);
  return { uid: Number(uid), gid: Number(gid), home };
}

/** One line per key: an older line of the same key is replaced, the rest is left as it is. */
function authorize({ account, publicKey, command }) {
  const owner = accountOf(account);
  const folder = join(owner.home, '.ssh');
  const path = join(folder, 'authorized_keys');
  const blob = publicKey.split(' ')[1];
  const line = `restrict,command="${command}" ${publicKey}`;
  const before = readOrNull(path) || '';
  const lines = before.split('\n').filter((text) => text !== '');
  if (lines.includes(line)) return false;
  if (mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined) chownSync(folder, owner.uid, owner.gid);
  const kept = lines.filter((text) => !text.split(/\s+/).includes(blob));
  return writeWhole({ path, mode: 0o600, text: `${[...kept, line].join('\n')}\n`, owner });
}

/** A lockerd that runs older text is ended; its jobs are taken up again by the next one under their tokens. */
async function endOldLockerd({ pidFile, bundle }) {
  const pid = Number((readOrNull(pidFile) || '').trim());
  const commandLine = () => readOrNull(`/proc/${pid}/cmdline`) || '';
  if (!(pid > 1) || !commandLine().split('\0').includes(bundle)) return false;
  process.kill(pid, 'SIGTERM');
  for (let waited = 0; waited < 10_000; waited += 100) {
    if (commandLine() === '') return true;
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  throw new Error(
    `the older lockerd (process ${pid}) did not end within 10 s of SIGTERM; look at its log, end it, run this again`,
  );
}

function askLockerd(lockerctl) {
  const ran = spawnSync(lockerctl, ['status'], { encoding: 'utf8', timeout: 45_000 });
  const lines = `${ran.stdout || ''}\n${ran.stderr || ''}${ran.error ? `\n${ran.error.message}` : ''}`;
  tell({
    lockerd: {
      exit: ran.status,
      lines: lines
        .split('\n')
        .filter((line) => line.trim() !== '')
        .slice(-12),
    },
  });
}

// Called by the line that the sender appends.
// oxlint-disable-next-line no-unused-vars
async function main({ lxcPath, folders, files, login, lockerctl, running }) {
  try {
    if (!existsSync(lxcPath))
      throw new Error(`there is no folder ${lxcPath}; name LXC's own path (lxc-config lxc.lxcpath) with --lxc-path`);
    for (const path of folders) step(`folder ${path}`, makeFolder(path));
    let newer = false;
    for (const file of files) {
      const changed = writeWhole(file);
      step(`file ${file.path}`, changed);
      newer ||= changed && running.readBy.includes(file.path);
    }
    step(`key of ${login.account} in its authorized_keys`, authorize(login));
    if (newer && (await endOldLockerd(running))) step('the older lockerd ended', true);
    askLockerd(lockerctl);
  } catch (error) {
    tell({ failed: error.message });
    process.exitCode = 1;
  }
}

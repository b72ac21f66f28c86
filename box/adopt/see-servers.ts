/**
 * Who listens in each of the running containers, and where that has its things. Looks only: nothing in a container
 * is run, and nothing of anybody's environment or data is read.
 */
import { readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { FoundPlace, FoundServer, InitKind } from '../../domain/adopt/found-server';
import { haltSent } from '../../domain/adopt/halt-sent';
import { choosePort, listenersIn } from '../../domain/adopt/listeners';
import type { Listener } from '../../domain/adopt/listeners';
import { lastOf, settingsIn } from '../../domain/adopt/lxc-config';
import { rootfsOf } from '../../domain/adopt/mounts';
import { onBox } from '../../domain/adopt/on-box';
import { placesOf } from '../../domain/adopt/server-places';
import type { Guess, SeenPath } from '../../domain/adopt/server-places';
import { inParallel } from '../inspect/in-parallel';
import { endsBy } from '../inspect/ends-by';
import { mountsOfLocker } from './find-places';
import { lookInside } from './look-inside';
import type { Inside } from './look-inside';
import { eldestOf, namespaceOf, openFilesOf, PROC, processesByNamespace, textOf } from './processes';
import type { OpenFile } from './processes';
import type { Reading } from './read-lockers';
import { initKindOf, serviceOf } from './see-init';
import type { Service } from './see-init';

const AT_ONCE = 12;

export async function seeServers(lockers: readonly Reading[], port: number, proc = PROC): Promise<FoundServer[]> {
  const processes = await processesByNamespace(proc);
  const found = await inParallel(lockers, AT_ONCE, async (locker) => {
    const { initPid } = locker.seen;
    const namespace = initPid === null ? null : await namespaceOf(initPid, proc);
    if (initPid === null || namespace === null) return [];
    return [await seeServer({ locker, initPid, pids: processes.get(namespace) ?? [], port, proc })];
  });
  return found.flat();
}

interface Looking {
  readonly locker: Reading;
  readonly initPid: number;
  readonly pids: readonly number[];
  readonly port: number;
  readonly proc: string;
}

interface Holder extends Listener {
  readonly pids: readonly number[];
}

async function seeServer(looking: Looking): Promise<FoundServer> {
  const { locker, initPid, proc } = looking;
  const inside = lookInside(join(proc, `${initPid}/root`));
  const init = await initKindOf(initPid, inside, proc);
  const holders = await holdersOf(looking);
  const port = choosePort(holders, looking.port);
  const pids = [...new Set(holders.filter((one) => one.port === port).flatMap((one) => one.pids))].toSorted((a, b) => a - b);
  // systemd holds sockets for others, too.
  const pid = await eldestOf(pids.length > 1 ? pids.filter((one) => one !== initPid) : pids, proc);
  return {
    name: locker.name,
    init,
    halt: haltSent({
      set: lastOf(settingsIn(locker.source), 'lxc.signal.halt')?.value ?? null,
      handled: locker.init?.handled ?? null,
      ends: await endsBy(initPid, proc),
    }),
    port,
    listens: [...new Set(holders.map((one) => one.port))].toSorted((a, b) => a - b),
    ...(pid === null ? NOBODY : await seeProcess(looking, { pid, inside, init })),
  };
}

type Seen = Pick<FoundServer, 'command' | 'service' | 'output' | 'code' | 'config' | 'me'>;
const NOBODY: Seen = { command: '', service: null, output: null, code: null, config: null, me: null };

/** Of a container that shares the box's network the tables name the sockets of others as well: those nobody in it holds. */
async function holdersOf({ initPid, pids, proc }: Looking): Promise<Holder[]> {
  const tables = await Promise.all(['net/tcp', 'net/tcp6'].map((name) => textOf(initPid, name, proc)));
  const holding = new Map<string, number[]>();
  for (const pid of pids)
    for (const { target } of await openFilesOf(pid, proc)) {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(target) ?? [];
      if (inode !== undefined) holding.set(inode, [...(holding.get(inode) ?? []), pid]);
    }
  return tables.flatMap(listenersIn).flatMap((listener) => {
    const of = holding.get(listener.inode);
    return of === undefined ? [] : [{ ...listener, pids: of }];
  });
}

interface At {
  readonly pid: number;
  readonly inside: Inside;
  readonly init: InitKind;
}

async function seeProcess({ locker, proc }: Looking, at: At): Promise<Seen> {
  const { pid, inside, init } = at;
  const words = (await textOf(pid, 'cmdline', proc)).split('\0').filter((word) => word !== '');
  const cwd = await readlink(join(proc, `${pid}/cwd`)).catch(() => '/');
  const named = await namedIn(inside, words, cwd);
  const service = await serviceOf(init, inside, { pid, words: [...words, ...named.map(({ path }) => path)] }, proc);
  const files = await openFilesOf(pid, proc);
  const guesses = placesOf({
    words: named,
    cwd: await inside.see(cwd),
    home: await homeOf(inside, { pid, proc }),
    written: files.filter(isWritten).map(({ target }) => target),
    service: service.paths,
    etc: await etcOf(inside, service),
    settings: (await Promise.all(service.paths.settings.map((path) => inside.see(path)))).flatMap((seen) => seen ?? []),
    mounts: mountsOfLocker(locker).flatMap(({ bind, target }) => (bind && target !== null ? [target] : [])),
  });
  const place = (guess: Guess | null): FoundPlace | null => placeOnBox(locker, guess);
  return {
    command: pathsOf(words),
    service: service.name,
    output: await outputOf({ pid, proc }),
    code: place(guesses.code),
    config: place(guesses.config),
    me: place(guesses.me),
  };
}

function pathsOf([first = '', ...words]: readonly string[]): string {
  // One that calls itself something else has put a sentence there.
  return [first.split(' ')[0] ?? '', ...words.filter((word) => word.startsWith('/'))].join(' ');
}

const isWritten = ({ target, writes }: OpenFile): boolean => writes && target.startsWith('/') && !target.endsWith(' (deleted)');

/** Words that are paths, also after an `=`; a relative one counts from where it works. */
async function namedIn(inside: Inside, words: readonly string[], cwd: string): Promise<SeenPath[]> {
  const paths = words.flatMap((word) => {
    const value = word.startsWith('-') ? (word.split('=')[1] ?? '') : word;
    return value === '' ? [] : [value.startsWith('/') ? value : join(cwd, value)];
  });
  return (await Promise.all(paths.map((path) => inside.see(path)))).flatMap((seen) => seen ?? []);
}

async function etcOf(inside: Inside, { name }: Service): Promise<string | null> {
  if (name === null) return null;
  const seen = await inside.see(`/etc/${name.replace(/@.*/, '')}`);
  return seen?.kind === 'folder' ? seen.path : null;
}

interface One {
  readonly pid: number;
  readonly proc: string;
}

async function homeOf(inside: Inside, { pid, proc }: One): Promise<string | null> {
  const outside = Number(/^Uid:\s*\d+\s+(\d+)/m.exec(await textOf(pid, 'status', proc))?.[1] ?? Number.NaN);
  const uid = idInside(await textOf(pid, 'uid_map', proc), outside);
  const lines = ((await inside.text('/etc/passwd')) ?? '').split('\n').map((line) => line.split(':'));
  const home = lines.find(([, , id]) => Number(id) === uid)?.[5] ?? null;
  const seen = home === null ? null : await inside.see(home);
  return seen?.kind === 'folder' ? seen.path : null;
}

function idInside(map: string, outside: number): number | null {
  for (const line of map.trim().split('\n')) {
    const [first = 0, from = 0, count = 0] = line.trim().split(/\s+/).map(Number);
    if (outside >= from && outside < from + count) return first + outside - from;
  }
  return null;
}

async function outputOf({ pid, proc }: One): Promise<string | null> {
  const target = await readlink(join(proc, `${pid}/fd/1`)).catch(() => '');
  return /^\/(?!dev\/|proc\/)/.test(target) ? target : null;
}

function placeOnBox(locker: Reading, guess: Guess | null): FoundPlace | null {
  const rootfs = rootfsOf(settingsIn(locker.source));
  const on = guess === null ? null : onBox({ mounts: mountsOfLocker(locker), rootfs }, guess.path);
  return guess === null || on === null ? null : { at: guess.path, on, because: guess.because };
}

/** One box of processes, up to an SSH server that answers and lockers that could start. Each step looks first. */
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { addressOf } from '../box-addresses';
import { installLockerd } from '../install-lockerd';
import { lockersOf } from '../make-box';
import type { BoxWish } from '../make-box';
import { alone } from '../make-network';
import { makeFolders, placeBox } from '../place-box';
import { SANDBOX_VALUES } from '../sandbox-fleet';
import { boxLayout } from '../sandbox-layout';
import type { SandboxLayout } from '../sandbox-layout';
import { withBox, writeState } from '../sandbox-state';
import type { ProcessBox, SandboxState } from '../sandbox-state';
import { IN_TEMPLATE, writeLockerTemplate } from '../write-locker-template';
import { writeSshClientFiles } from '../write-ssh-client-files';
import { installCommands, nodeOf } from './install-commands';
import { freeLoopback } from './loopback';
import { processLockerConfig } from './process-locker-config';
import { processesOf } from './processes-of';
import { startSshServer, writeSshServerFiles } from './start-ssh-server';

export async function makeProcessBox(sandbox: SandboxLayout, state: SandboxState, wish: BoxWish): Promise<SandboxState> {
  const folder = await placeBox(sandbox, state.tag, wish.name);
  // Its addresses are taken by the SSH server: until then nobody else may choose.
  const whole = await alone(async () => {
    const box = await recordBox({ folder, state, wish });
    await writeState(sandbox, withBox(state, box));
    await makeFolders(folder);
    await writeSshServerFiles(sandbox, box);
    return { ...box, sshd: await startSshServer(box) };
  });
  const next = withBox(state, whole);
  await writeState(sandbox, next);
  await installCommands(whole);
  await installLockerd(whole);
  await makeLockers(whole);
  await writeSshClientFiles(sandbox, next);
  return next;
}

interface Recording {
  readonly folder: string;
  readonly state: SandboxState;
  readonly wish: BoxWish;
}

/** While anything of it runs it keeps its addresses: they are in use by itself. */
async function recordBox({ folder, state, wish }: Recording): Promise<ProcessBox> {
  const known = state.boxes.find((box): box is ProcessBox => box.kind === 'process' && box.name === wish.name) ?? null;
  const lockers = lockersOf(known?.lockers ?? [], wish.lockers);
  const runs = known !== null && (await processesOf(known)).length > 0;
  const subnet = runs ? known.subnet : await freeLoopback(lockers, SANDBOX_VALUES.port, known?.subnet ?? null);
  const runFolder = known?.runFolder ?? (await chooseRunFolder(folder));
  await mkdir(runFolder, { recursive: true, mode: 0o700 });
  wish.progress(`box ${wish.name}: ${lockers.length} lockers on 127.77.${subnet * 4}.0/22, folder ${folder}`);
  return { kind: 'process', name: wish.name, folder, subnet, runFolder, lockers, sshd: known?.sshd ?? null };
}

/** A unix socket's path has 107 bytes at most, and a clone may lie deep. */
const LONGEST_FOLDER = 107 - '/lockerd.sock'.length;

async function chooseRunFolder(folder: string): Promise<string> {
  const own = join(folder, 'run');
  return Buffer.byteLength(own) <= LONGEST_FOLDER ? own : mkdtemp('/tmp/lockstep-');
}

async function makeLockers(box: ProcessBox): Promise<void> {
  const layout = boxLayout(box.folder);
  await writeLockerTemplate(box, processLockerConfig({ ...IN_TEMPLATE, node: nodeOf(box) }));
  for (const name of box.lockers) {
    await mkdir(layout.me(name), { recursive: true, mode: 0o755 });
    await mkdir(dirname(layout.lxcConfig(name)), { recursive: true, mode: 0o755 });
    const current = join(layout.root, 'lockers', name, 'current');
    const config = processLockerConfig({ name, node: nodeOf(box), current, me: layout.me(name), address: addressOf(box, name) });
    await writeFile(layout.lxcConfig(name), config);
  }
}

/** One box, up to an sshd that answers and containers that could start. Each step looks first. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { lockerNames, MAX_LOCKERS, networkOf } from './box-network';
import { installLockerd } from './install-lockerd';
import { makeLockers } from './make-lockers';
import { alone, chooseSubnet, isWhole, knowNeighbours, makeNetwork, removeNetwork } from './make-network';
import { makeFolders, placeBox } from './place-box';
import { Fault } from '../domain/faults';
import type { SandboxLayout } from './sandbox-layout';
import { withBox, writeState } from './sandbox-state';
import type { LxcBox, SandboxState } from './sandbox-state';
import { startSshd, writeSshdFiles } from './start-sshd';
import { writeSshClientFiles } from './write-ssh-client-files';

export interface BoxWish {
  readonly name: string;
  /** null: as many as there are, or 12. */
  readonly lockers: number | null;
  readonly progress: (line: string) => void;
}

const DEFAULT_LOCKERS = 12;

export async function makeBox(sandbox: SandboxLayout, state: SandboxState, wish: BoxWish): Promise<SandboxState> {
  const placed = await recordBox(sandbox, state, wish);
  const { box } = placed;
  wish.progress(`box ${box.name}: network ${box.netns}, ${box.lockers.length} lockers, folder ${box.folder}`);
  await makeFolders(box.folder);
  await installLockerd(box);
  await writeSshdFiles(sandbox, box);
  await knowNeighbours(box, box.lockers);
  await makeLockers(box);
  const whole = withBox(placed.state, { ...box, sshd: await startSshd(box) });
  await writeState(sandbox, whole);
  await writeSshClientFiles(sandbox, whole);
  return whole;
}

/** Names and subnet are written down before the network is made; both before anybody else may choose. */
async function recordBox(
  sandbox: SandboxLayout,
  state: SandboxState,
  wish: BoxWish,
): Promise<{ state: SandboxState; box: LxcBox }> {
  const known = lxcBoxes(state).find(({ name }) => name === wish.name);
  const folder = await placeBox(sandbox, state.tag, wish.name);
  return alone(async () => {
    const whole = known !== undefined && (await isWhole(known));
    // What is left of it would stand in its own way.
    if (known && !whole) await removeNetwork(known);
    const box = whole ? known : newBox(state, wish.name, folder);
    const lockers = lockersOf(known?.lockers ?? [], wish.lockers);
    const wished: LxcBox = { ...box, folder, lockers, sshd: known?.sshd ?? null };
    const next = withBox(state, wished);
    await writeState(sandbox, next);
    if (!whole) await makeNetwork(wished);
    await mkdir(wished.runFolder, { recursive: true, mode: 0o755 });
    return { state: next, box: wished };
  });
}

function newBox(state: SandboxState, name: string, folder: string): LxcBox {
  const others = lxcBoxes(state).filter((box) => box.name !== name);
  const known = lxcBoxes(state).find((box) => box.name === name);
  const index = known ? indexOf(known) : Math.max(-1, ...others.map(indexOf)) + 1;
  const network = networkOf(state.tag, index, chooseSubnet(known?.subnet ?? null));
  return {
    kind: 'lxc',
    name,
    folder,
    ...network,
    runFolder: join('/run/lockstep', `${state.tag}-${index}`),
    lockers: [],
    sshd: null,
  };
}

const lxcBoxes = ({ boxes }: SandboxState): LxcBox[] => boxes.filter((box) => box.kind === 'lxc');
const indexOf = ({ netns }: LxcBox): number => Number(netns.slice(netns.lastIndexOf('-') + 1));

/** Asked before anything is made. */
export function checkCount(count: number | null): void {
  if (count === null || (Number.isInteger(count) && count >= 1 && count <= MAX_LOCKERS)) return;
  throw new Fault('SandboxUnavailable', `A sandbox box can not have ${count} lockers.`, { cure: `Choose 1 to ${MAX_LOCKERS}.` });
}

/** Those that are there stay: a sandbox grows, it never takes a locker away. */
export function lockersOf(known: readonly string[], wished: number | null): string[] {
  const count = wished ?? (known.length || DEFAULT_LOCKERS);
  return [...known, ...lockerNames(count).slice(known.length)];
}

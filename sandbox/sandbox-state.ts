/**
 * `state.json`: exactly what a sandbox made on this machine. Written before each thing is made, so
 * that an `up` that was killed half way is repaired by the next or cleared away by `down`.
 */
import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Fault } from '../domain/faults';
import type { SandboxLayout } from './sandbox-layout';

const Process = z.strictObject({ pid: z.int().positive(), identity: z.string() });

const Any = {
  name: z.string(),
  /** Real path of the box's folder. */
  folder: z.string(),
  subnet: z.int(),
  /** Short on purpose: a unix socket's path has 107 bytes at most. */
  runFolder: z.string(),
  lockers: z.array(z.string()),
  sshd: Process.nullable(),
};

/** A network namespace with a real sshd and LXC containers. */
const LxcBox = z.strictObject({ kind: z.literal('lxc').default('lxc'), ...Any, netns: z.string(), hostLink: z.string() });
export type LxcBox = z.infer<typeof LxcBox>;

/** Processes of whoever made it, on loopback addresses (process/). */
const ProcessBox = z.strictObject({ kind: z.literal('process'), ...Any });
export type ProcessBox = z.infer<typeof ProcessBox>;

const BoxState = z.union([LxcBox, ProcessBox]);
export type BoxState = z.infer<typeof BoxState>;
export type BoxKind = BoxState['kind'];

const SandboxState = z.strictObject({
  format: z.literal(1),
  /** Where it was made: a copy of the folder does not own what the original made. */
  dir: z.string(),
  tag: z.string(),
  boxes: z.array(BoxState),
});
export type SandboxState = z.infer<typeof SandboxState>;

/** For what only a box of containers can have done to it. */
export function lxcBox(box: BoxState): LxcBox {
  if (box.kind === 'lxc') return box;
  throw new Fault('SandboxUnavailable', `The lockers of box ${box.name} are processes; this needs LXC containers.`);
}

export function newState(dir: string): SandboxState {
  return { format: 1, dir, tag: createHash('sha256').update(dir).digest('hex').slice(0, 8), boxes: [] };
}

/** null: there is none. */
export async function readState({ dir, state }: SandboxLayout): Promise<SandboxState | null> {
  const text = await readFile(state, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (text === null) return null;
  const read = SandboxState.parse(JSON.parse(text));
  if (read.dir === dir) return read;
  throw new Fault('SandboxUnavailable', `The sandbox in ${dir} was made in ${read.dir} and moved or copied since.`, {
    cure: `Remove ${dir}, or move it back and run \`npm run sandbox -- down --dir ${read.dir}\`.`,
  });
}

export async function writeState({ state }: SandboxLayout, content: SandboxState): Promise<void> {
  await writeFile(`${state}.new`, `${JSON.stringify(content, null, 2)}\n`);
  await rename(`${state}.new`, state);
}

export function withBox(state: SandboxState, box: BoxState): SandboxState {
  const others = state.boxes.filter(({ name }) => name !== box.name);
  return { ...state, boxes: [...others, box] };
}

/** `sandbox up`: makes what is missing and leaves what is there. A start that was killed half way is gone on with. */
import { existsSync } from 'node:fs';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../embedded/with-lock';
import { Fault } from '../domain/faults';
import { BoxName } from '../domain/model/ids';
import { lockerdPid } from './box-processes';
import { chooseKind } from './choose-kind';
import { deployFirst } from './deploy-first';
import { checkCount, makeBox } from './make-box';
import { makeRepos } from './make-repos';
import { checkPlainPath } from './place-box';
import { makeProcessBox } from './process/make-process-box';
import { thisMachine } from './require-sandbox-tools';
import { sandboxFleet } from './sandbox-fleet';
import type { FleetWishes } from './sandbox-fleet';
import { boxLayout, sandboxLayout } from './sandbox-layout';
import { newState, readState } from './sandbox-state';
import type { BoxKind, BoxState } from './sandbox-state';

export interface UpWish {
  /** The state folder. */
  readonly dir: string;
  readonly box: string;
  /** null: as many as there are, or 12. */
  readonly lockers: number | null;
  /** Default: what it is already, else containers where they can be made. */
  readonly kind?: BoxKind;
  /** Of the service, over the sandbox's own; only the first release is made with them. */
  readonly values?: FleetWishes['values'];
  readonly progress: (line: string) => void;
}

function boxName(text: string): BoxName {
  const parsed = BoxName.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Fault('UnknownBox', `${JSON.stringify(text)} can not be the name of a box.`, {
    cure: parsed.error.issues[0]?.message ?? '',
  });
}

/** 300 lockers take half a minute. */
const LOCK_WITHIN_MS = 300_000;

export async function bringUp(wish: UpWish): Promise<BoxState> {
  checkCount(wish.lockers);
  const box = boxName(wish.box);
  if (!existsSync(sandboxLayout(wish.dir).state)) chooseKind(thisMachine(), { box, known: null, wished: wish.kind ?? null });
  await mkdir(wish.dir, { recursive: true, mode: 0o755 });
  const layout = sandboxLayout(await realpath(wish.dir));
  checkPlainPath(layout.dir);
  const onWait = (pid: number) => wish.progress(`another \`sandbox\` command is at work (process ${pid}); waiting for it`);
  return withLock(layout.lock, { deadlineMs: LOCK_WITHIN_MS, onWait }, async () => {
    const state = (await readState(layout)) ?? newState(layout.dir);
    const known = state.boxes.find(({ name }) => name === box)?.kind ?? null;
    const { kind, note } = chooseKind(thisMachine(), { box, known, wished: wish.kind ?? null });
    if (note !== null) wish.progress(note);
    await makeRepos(layout);
    const make = kind === 'lxc' ? makeBox : makeProcessBox;
    const { boxes } = await make(layout, state, { ...wish, name: box });
    const made = boxes.find(({ name }) => name === box) as BoxState;
    const fleet = sandboxFleet(layout, { boxes: [box], ...(wish.values ? { values: wish.values } : {}) });
    const { data } = boxLayout(made.folder);
    const everBooted = (locker: string) => existsSync(join(data, locker, '.boot-log'));
    const rebooted = (await lockerdPid(made)) === null;
    await deployFirst({ fleet, box, everBooted, rebooted, progress: wish.progress });
    return made;
  });
}

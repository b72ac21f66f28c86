/** The user who builds. Never root: whatever a release runs at build time can't touch another locker's code or data. */
import { Fault } from '../../domain/faults';
import { evidenceOf, run } from '../run';
import { FILES_MS } from './box-files';

export interface BuildOwner {
  readonly uid: number;
  readonly gid: number;
}

/** Who keeps the finished tree: root. A lockerd that is not root, as in a sandbox, can build as nobody but itself either. */
export const ourselves = (): BuildOwner => ({ uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 });

const CURE = 'Name a user without rights as buildUser in box.json.';

export async function buildOwner(user: string): Promise<BuildOwner> {
  const [uid, gid] = await Promise.all([idOf(user, '-u'), idOf(user, '-g')]);
  if (uid === 0 || gid === 0)
    throw new Fault('BuildFailed', `The build user ${user} of box.json is root: builds never run as root.`, { cure: CURE });
  return { uid, gid };
}

async function idOf(user: string, flag: '-u' | '-g'): Promise<number> {
  const ran = await run(['id', flag, '--', user], { timeoutMs: FILES_MS });
  if (ran.code !== 0)
    throw new Fault('BuildFailed', `The box has no build user ${user}.`, { evidence: evidenceOf(ran), cure: CURE });
  return Number(ran.stdout.trim());
}

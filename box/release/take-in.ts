/**
 * Commits that were pushed to this box, for one that has no way to the repositories. Each is kept by
 * a ref of its own; beside it a branch or tag is moved, so that the scripts find it by its name.
 */
import { existsSync } from 'node:fs';
import type { z } from 'zod';
import { Fault } from '../../domain/faults';
import { Sha } from '../../domain/model/ids';
import type { PushedFile, VERBS, VerbResult } from '../../domain/protocol/verbs';
import type { BoxContext } from '../context';
import { evidenceOf } from '../run';
import { isFull } from './box-files';
import { askGit, git } from './git';
import { dropIncoming, wholeFile } from './incoming';
import { mirrorEntry } from './left-in-mirror';
import { changeMirror, hasCommit, mirrorOf } from './mirror';
import { diskFull } from './space';

type Asked = z.output<(typeof VERBS)['mirror-tips']['params']>;
type Taken = z.output<(typeof VERBS)['take-in']['params']>;

/** Of the newest pushes; the commits between them and the wanted one are all that a bundle then holds. */
const MAX_TIPS = 64;
/** A whole history is unpacked. */
const TAKE_IN_MS = 10 * 60_000;

export async function mirrorTips(box: BoxContext, asked: Asked): Promise<VerbResult<'mirror-tips'>> {
  const { service, repository, commit, codeId } = asked;
  const mirror = mirrorOf(box, service, repository);
  const built = codeId !== null && existsSync(box.paths.code(codeId));
  if (!existsSync(mirror)) return { there: false, tips: [], built };
  const list = ['for-each-ref', '--format=%(objectname)', '--sort=-creatordate', `--count=${MAX_TIPS}`, 'refs/'];
  const tips = (await askGit(['-C', mirror, ...list])).split('\n').flatMap((line) => Sha.safeParse(line).data ?? []);
  return { there: await hasCommit(mirror, commit), tips: [...new Set(tips)], built };
}

export async function takeIn(box: BoxContext, taken: Taken): Promise<VerbResult<'take-in'>> {
  const { service, repository, commit, ref, file } = taken;
  const mirror = mirrorOf(box, service, repository);
  await changeMirror(mirror, async () => {
    if (file !== null && !(await hasCommit(mirror, commit))) await unbundle(box, { mirror, commit, file });
    if (!(await hasCommit(mirror, commit)))
      throw new Fault('PushIncomplete', `${box.config.box} has no commit ${commit} after the push.`);
    await askGit(['-C', mirror, 'update-ref', keptBy(commit), commit]);
    if (ref !== null) await nameCommit(mirror, ref, commit);
  });
  if (file !== null) await dropIncoming(box, file);
  return {};
}

/** Without a ref git would collect it as garbage one day. */
const keptBy = (commit: Sha): string => `refs/pushed/${commit}`;

async function unbundle(
  box: BoxContext,
  { mirror, commit, file }: { mirror: string; commit: Sha; file: PushedFile },
): Promise<void> {
  const bundle = await wholeFile(box, file);
  const spec = `${keptBy(commit)}:${keptBy(commit)}`;
  const verify = ['bundle', 'verify', '--quiet', bundle];
  const fetch = ['fetch', '--quiet', '--no-write-fetch-head', '--no-tags', '--', bundle, spec];
  for (const args of [verify, fetch]) {
    const ran = await git(['-C', mirror, ...args], TAKE_IN_MS, mirrorEntry(mirror));
    if (ran.code === 0) continue;
    // It would only keep the disk full.
    await dropIncoming(box, file);
    if (isFull(ran)) throw diskFull(box, ran.stderr.trim());
    throw new Fault('PushIncomplete', `${box.config.box} can not take in what was pushed.`, { evidence: evidenceOf(ran) });
  }
}

/** What stands in its way is gone where it comes from: `a` and `a/b` are never there at once, and a branch would hide a tag. */
async function nameCommit(mirror: string, ref: string, commit: Sha): Promise<void> {
  const [, kind, path = ''] = /^refs\/(heads|tags)\/(.+)$/.exec(ref) ?? [];
  const steps = path.split('/');
  const parents = steps.slice(1).map((_, index) => `refs/${kind}/${steps.slice(0, index + 1).join('/')}`);
  const below = (await askGit(['-C', mirror, 'for-each-ref', '--format=%(refname)', `${ref}/`])).split('\n').filter(Boolean);
  const hiding = kind === 'tags' ? [`refs/heads/${path}`] : [];
  for (const gone of [...parents, ...below, ...hiding]) await askGit(['-C', mirror, 'update-ref', '-d', gone]);
  await askGit(['-C', mirror, 'update-ref', ref, commit]);
}

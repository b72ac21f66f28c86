/**
 * The tree that the lockers run: a checkout, or a folder that is known by its content. What lies in the root of a
 * locker may be written by whoever is root in there: git never looks at that.
 */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { within } from '../../domain/adopt/below';
import { Fault } from '../../domain/faults';
import { seeCheckout } from './old-tree';
import type { Looking, OldTree } from './old-tree';
import { seePlainTree } from './plain-tree';

/** Each locker may have it at a place of its own, as long as it is the same. Throws BoxUnfit. */
export async function seeSameTree(looking: Looking, trees: readonly string[]): Promise<OldTree> {
  const first = await seeOldTree(looking);
  for (const tree of trees.filter((one) => one !== looking.tree)) {
    const other = await seeOldTree({ ...looking, tree });
    if (other.id === first.id) continue;
    throw new Fault('BoxUnfit', 'The lockers do not all run the same code.', {
      evidence: [first, other].map(
        ({ tree: at, revision, changed }) => `${at}: ${revision.slice(0, 12)}${changed.length > 0 ? ' and changes' : ''}`,
      ),
      cure: 'Adopt those that are alike together, with --only LOCKER,LOCKER, and then the others.',
    });
  }
  return first;
}

export async function seeOldTree(looking: Looking): Promise<OldTree> {
  const { tree, roots } = looking;
  const trusted = !roots.some((root) => within(root, tree));
  return trusted && (await isCheckout(tree)) ? seeCheckout(looking) : seePlainTree(looking);
}

/** As git finds it: itself or a folder above. */
async function isCheckout(tree: string): Promise<boolean> {
  if ((await stat(join(tree, '.git')).catch(() => null)) !== null) return true;
  return tree === dirname(tree) ? false : isCheckout(dirname(tree));
}

/** Why a box may not be given up now. Pure. null: it may. */
import type { Bonds } from '../../box-install/wanted';
import { Fault } from '../../domain/faults';

export function refusalOf(box: string, bonds: Bonds | null): Fault | null {
  if (bonds === null) return null;
  const { lease, owed, adopted, lockerd } = bonds;
  const anyway = 'or give it up all the same with --force';
  if (lease !== null) {
    const cure = `Let it end, or abort it; \`npm run lockstep -- release-box --box ${box}\` ends what was left behind; ${anyway}.`;
    return new Fault('HeldBy', `${box} is held by ${lease}.`, { cure });
  }
  if (owed.length > 0) {
    const cure = `\`lxc-start-all\` on the box brings them up; ${anyway}.`;
    return new Fault('BoxUnfit', `${owed.length} lockers on ${box} are owed: taken down and not yet proven up again.`, {
      evidence: [owed.join(', ')],
      cure,
    });
  }
  if (adopted) {
    const cure = `Give them back first: \`npm run lockstep -- adopt-box --box ${box} --undo\`; ${anyway} (then nothing can be undone).`;
    return new Fault('BoxUnfit', `${box} has adopted lockers whose former configs are kept here.`, { cure });
  }
  if (lockerd === 'answers') return null;
  const cure = `Run install-box again and look at what it says; ${anyway}.`;
  return new Fault('LockerdMissing', `lockerd on ${box} does not say whether a lease is held or a locker owed.`, { cure });
}

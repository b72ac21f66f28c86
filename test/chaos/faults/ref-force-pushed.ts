import { git } from '../../../sandbox/git';
import type { FaultKind } from '../contract';

export const refForcePushed: FaultKind = {
  name: 'ref-force-pushed',
  group: 'repository',
  about: 'the branch is forced to another commit, and the one that is planned or staged is gone from the repository for good',
  // The plan says the commit, not the branch; only a start whose plan is just being made finds another one.
  ends: ['succeeded', 'refused'],
  strike: async (world) => {
    const { sandbox } = world.installation;
    const repo = sandbox.layout.codeRepo;
    const planned = await git(repo, ['rev-parse', 'refs/heads/stable']);
    await git(repo, ['update-ref', 'refs/heads/stable', `${planned}~1`]);
    const { sha } = await sandbox.commit({ message: 'Forced over it' });
    for (const args of [
      ['reflog', 'expire', '--expire=now', '--all'],
      ['gc', '--quiet', '--prune=now'],
    ])
      await git(repo, args);
    return { what: `stable forced from ${planned.slice(0, 8)} to ${sha.slice(0, 8)}` };
  },
};

/** What lockerd tells of its box, against what Lockstep needs. Pure. */
import { VERSION } from '../../box/version';
import type { Inventory } from '../../domain/model/inventory';
import { checkClock, checkDisk, checkKernel, checkLockers, checkNode, checkPsi } from './check-figures';
import { fail, ok, warn } from './finding';
import type { Finding } from './finding';

export interface Asked {
  readonly inventory: Inventory;
  readonly clock: { readonly asked: number; readonly answered: number };
}

export function boxFindings({ inventory, clock }: Asked): Finding[] {
  const { node, lxc, disk, pressure, lockers, kernel, at } = inventory;
  return [
    checkVersion(inventory),
    checkNode(node),
    ok('LXC', lxc),
    checkDisk(disk, 'the box’s root'),
    checkClock(Date.parse(at), clock),
    checkPsi(pressure.cpuSomeAvg10 !== null),
    ...(kernel === null ? [] : checkKernel(kernel, lockers.length)),
    checkServing(lockers),
    ...checkLockers(lockers, 'fail'),
    ...checkStanding(inventory),
  ];
}

function checkServing(lockers: Inventory['lockers']): Finding {
  if (lockers.length === 0)
    return warn('lockers', 'none', 'Create lockers (add-locker), or mend `lockerPattern` and `lxcPath` in box.json.');
  const seen = `${lockers.length}, ${lockers.filter(({ healthy }) => healthy).length} of them serving`;
  const missed = lockers.filter(({ wanted, parked, owed, healthy }) => wanted === 'up' && !parked && !owed && !healthy);
  if (missed.length === 0) return ok('lockers', seen);
  return fail(
    'lockers',
    `${seen}; wanted up, and not: ${missed.map(({ name }) => name).join(', ')}`,
    'Their boot logs on the box say why (`lockerctl status` shows each); mend them, or roll back.',
  );
}

function checkVersion({ lockerd, box }: Inventory): Finding {
  if (lockerd === VERSION) return ok('version', `lockerd ${lockerd}, as ours`);
  return warn('version', `lockerd ${lockerd}, we are ${VERSION}`, `npm run lockstep -- install-box --box ${box}`);
}

function checkStanding({ box, lease, freeze, lockers }: Inventory): Finding[] {
  const owed = lockers.filter((locker) => locker.owed !== null).map(({ name }) => name);
  const loops = lockers.filter(({ crashLoop }) => crashLoop).map(({ name }) => name);
  return [
    freeze === null
      ? ok('freeze', 'changes are allowed')
      : warn(
          'freeze',
          `changes frozen by ${freeze.by} since ${freeze.since}: ${freeze.reason}`,
          '`lockerctl thaw-changes` on the box lifts it.',
        ),
    lease === null
      ? ok('lease', 'held by nobody')
      : warn(
          'lease',
          `held by ${lease.holder} (${lease.by}) since ${lease.since}`,
          `Nothing, if that is at work (\`npm run lockstep -- status --box ${box}\`); else \`npm run lockstep -- release-box --box ${box}\`.`,
        ),
    owed.length === 0
      ? ok('owed', 'nobody')
      : warn(
          'owed',
          `${owed.length} lockers taken down and not yet proven up: ${owed.join(', ')}`,
          'Nothing, if a rollout is at work; else `lxc-start-all` on the box.',
        ),
    loops.length === 0
      ? ok('crash loops', 'none')
      : warn('crash loops', loops.join(', '), 'Their boot logs on the box say why; roll back, or mend their config.'),
  ];
}

import { Fault } from '../../domain/faults';
import { isLxd } from '../../domain/protocol/box-config';
import type { BoxContext } from '../context';

/** Only of LXC's own containers Lockstep lays one down, or takes one away. Throws LockerUnfit. */
export function refuseInstances({ config }: Pick<BoxContext, 'config'>, what: 'added' | 'removed'): void {
  if (!isLxd(config.kind)) return;
  const [launch, remove] = config.kind === 'incus' ? ['incus launch', 'incus delete'] : ['lxc launch', 'lxc delete'];
  throw new Fault(
    'LockerUnfit',
    `The lockers of ${config.box} are instances of ${config.kind}, and no such is ${what} by Lockstep yet.`,
    {
      cure:
        what === 'added'
          ? `Make it with \`${launch}\`, then adopt it: adopt-box --only NAME.`
          : `Stop it, then \`${remove} NAME\`.`,
    },
  );
}

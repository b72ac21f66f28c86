/** Where a box and its lockers answer, whatever it is made of. Pure. */
import { boxAddress, lockerAddress, lockerNumber } from './box-network';
import { onLoopback, SSH_PORT } from './process/loopback';
import type { BoxState } from './sandbox-state';

export interface SshDoor {
  readonly host: string;
  readonly port: number;
}

export function sshDoorOf(box: BoxState): SshDoor {
  const host = boxAddress(box);
  return box.kind === 'lxc' ? { host, port: 22 } : { host: onLoopback(host), port: SSH_PORT };
}

export function addressOf(box: BoxState, locker: string): string {
  const address = lockerAddress(box, lockerNumber(locker));
  return box.kind === 'lxc' ? address : onLoopback(address);
}

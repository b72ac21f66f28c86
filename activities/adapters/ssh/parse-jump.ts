/** The parts of a ProxyJump: fleet.yaml's own, and that of `ssh -G`, which has been checked by ssh and printed in one form. Pure. */
import type { SshInput } from '../../../domain/model/fleet';
import { Fault } from '../../../domain/faults';

export interface Jump {
  /** The last host of the chain, through which the target is dialled. */
  readonly last: SshInput;
  /** The hosts before it, as a ProxyJump of its own; null: as that host's own configuration says. */
  readonly before: string | null;
}

/** `user@host:port`, `[::1]:22`, `ssh://user@host:port`; the user may hold an @. */
export function parseJump(text: string): SshInput {
  const match = /^(?:ssh:\/\/)?(?:(\S+)@)?(?:\[([^\]\s]+)\]|([^:@\s[\]]+))(?::(\d{1,5}))?\/?$/.exec(text);
  if (!match) throw new Fault('FleetFileInvalid', `ProxyJump "${text}" is not of the form user@host:port.`);
  const [, user, bracketed, plain, port] = match;
  return {
    host: (bracketed ?? plain) as string,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port: Number(port) }),
  };
}

/** ssh hands the chain to an ssh of its own by a shell: what a shell would read as more than a name is refused. */
const PLAIN = /^[^-\s'"`$\\;&<>|(){}*?!#][^\s'"`$\\;&<>|(){}*?!#]*$/;

export function splitJumps(printed: string): Jump {
  const comma = printed.lastIndexOf(',');
  const before = comma < 0 ? null : printed.slice(0, comma);
  const last = printed.slice(comma + 1);
  if (![last, ...(before?.split(',') ?? [])].every((part) => PLAIN.test(part))) {
    throw new Fault('RouteRefused', `ProxyJump ${JSON.stringify(printed)} holds characters that a shell would read.`, {
      cure: 'Write user, host and port of the jump host themselves.',
    });
  }
  return { last: parseJump(last), before };
}

/** Somebody cares for a locker while requests or heartbeats name its tokens; SSH's own keepalive does not count. */
import type { LockerName, Token } from '../../domain/model/ids';
import { lockerOf } from '../../domain/model/token';
import type { Daemon } from '../daemon';

export function hear(daemon: Pick<Daemon, 'heard' | 'now'>, ...tokens: readonly Token[]): void {
  for (const token of tokens) {
    const locker = lockerOf(token);
    if (locker) daemon.heard.set(locker, daemon.now());
  }
}

/** How long nobody has spoken of it; `since`: when silence began to matter. */
export function silentMs(
  { heard, startedAt, now }: Pick<Daemon, 'heard' | 'startedAt' | 'now'>,
  locker: LockerName,
  since: string,
): number {
  return now() - Math.max(heard.get(locker) ?? startedAt, Date.parse(since));
}

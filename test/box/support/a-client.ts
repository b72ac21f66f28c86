/** A client on the socket of a daemon under test, with the lease of one rollout. */
import { connect } from 'node:net';
import { once } from 'node:events';
import { openLockerd } from '../../../box/client/call-lockerd';
import type { Lockerd } from '../../../box/client/call-lockerd';
import type { LockerName, Step, Token } from '../../../domain/model/ids';
import type { Verb, VerbParams, VerbResult } from '../../../domain/protocol/verbs';

export async function aClient(box: { readonly config: { readonly socket: string } }): Promise<Lockerd> {
  const socket = connect(box.config.socket);
  await once(socket, 'connect');
  return openLockerd(socket);
}

export interface Holder {
  ask<V extends Verb>(
    verb: V,
    params: VerbParams<V>,
    more?: { cycle?: number; step?: Step; progress?: string[] },
  ): Promise<VerbResult<V>>;
  readonly lockerd: Lockerd;
  readonly generation: number;
}

export async function aHolder(box: Parameters<typeof aClient>[0], holder = 'r1', force = false): Promise<Holder> {
  const lockerd = await aClient(box);
  const { generation } = await lockerd.call('take-lease', { holder, by: 'jane', force });
  return {
    lockerd,
    generation,
    ask: (verb, params, { cycle = 1, step = verb as Step, progress = [] } = {}) => {
      const locker = (params as { locker?: LockerName }).locker ?? '-';
      const token = `${holder}/lxc12/${locker}/${cycle}/${step}` as Token;
      return lockerd.call(verb, params, {
        change: { token, holder, generation },
        onProgress: (line) => void progress.push(line),
      });
    },
  };
}

/** What lockerd still has to do with somebody else: asked of lockerd itself, over its socket. */
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { Inventory } from '../domain/model/inventory';
import { askLockerd } from './lockerd-process';
import { mergeConfig } from './merge-config';
import type { Bonds } from './wanted';

/** lockerd looks at hundreds of lockers. */
const ANSWERS_WITHIN_MS = 60_000;

export async function seeBonds(installed: Readonly<Record<string, unknown>>, lockerctl: string): Promise<Bonds> {
  const { root, socket } = mergeConfig(installed, {});
  const adopted = existsSync(join(root, 'state', 'adoption.json'));
  // Starts it, if it is not up: who is owed stands in its journal.
  askLockerd(lockerctl);
  const inventory = await inspect(socket);
  if (inventory === null) return { lockerd: 'silent', lease: null, owed: [], adopted };
  const { lease, lockers } = inventory;
  const owed = lockers.filter((locker) => locker.owed !== null).map(({ name }) => name);
  return {
    lockerd: 'answers',
    lease: lease === null ? null : `${lease.holder} (${lease.by}, since ${lease.since})`,
    owed,
    adopted,
  };
}

function inspect(path: string): Promise<Inventory | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    const end = (inventory: Inventory | null) => {
      socket.destroy();
      resolve(inventory);
    };
    socket.setTimeout(ANSWERS_WITHIN_MS, () => end(null));
    socket.once('error', () => end(null)).once('close', () => end(null));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      const [, answer] = text.split('\n');
      if (text.split('\n').length > 2) end((JSON.parse(answer ?? '{}') as { result?: Inventory }).result ?? null);
    });
    const hello = { hello: { protocol: 1, client: 'install-box' } };
    socket.write(`${JSON.stringify(hello)}\n${JSON.stringify({ id: 1, verb: 'inspect', params: { target: null } })}\n`);
  });
}

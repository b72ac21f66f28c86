import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { boxAddress } from '../../../sandbox/box-network';
import type { FaultKind } from '../contract';
import { killSessions, restartSshd } from './box-sshd';

/** Strangers that have connected and not logged in take all of MaxStartups. */
const STRANGERS = 2;
const THERE_FOR_MS = 15_000;

export const sshdOneSession: FaultKind = {
  name: 'sshd-one-session',
  group: 'link',
  about:
    'sshd with MaxSessions 2 and MaxStartups 2; our session is killed and strangers take all places to log in for up to 15 s',
  ends: ['succeeded'],
  prepare: async (world) => {
    const { sshdConfig } = world.installation.sandbox.boxLayout;
    const text = await readFile(sshdConfig, 'utf8');
    world.onClose(async () => {
      await writeFile(sshdConfig, text);
      await restartSshd(world);
    });
    await appendFile(sshdConfig, 'MaxSessions 2\nMaxStartups 2\n');
    await restartSshd(world);
  },
  strike: async (world) => {
    const address = boxAddress(await world.box());
    const strangers = Array.from({ length: STRANGERS }, () => stranger(address));
    const mend = async () => strangers.forEach((socket) => socket.destroy());
    world.onClose(mend);
    const killed = await killSessions(world);
    const mendAfterMs = world.random.number(THERE_FOR_MS);
    return { what: `${killed} processes of sessions killed, no place to log in for ${mendAfterMs} ms`, mend, mendAfterMs };
  },
};

function stranger(host: string): Socket {
  const socket = connect({ host, port: 22 });
  return socket.on('error', () => {}).resume();
}

/** A connection that npm ssh2 keeps in this process. */
import type { Client, ClientChannel } from 'ssh2';
import { Fault } from '../../../domain/faults';
import type { CommandEnd, Connection, RemoteCommand } from './connection';

/** `close` ends whatever the client goes through, too. */
export function ssh2Connection(client: Client, close: () => void): Connection {
  const lost = new Promise<void>((resolve) => void client.once('close', () => resolve()));
  return { close, exec: (command) => exec(client, lost, command) };
}

function exec(client: Client, lost: Promise<void>, command: string): Promise<RemoteCommand> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Fault('LinkLost', `The connection was lost: ${reason}.`));
    const onError = (error: Error) => fail(error.message);
    client.once('error', onError);
    void lost.then(() => fail('it was closed'));
    client.exec(command, (error, channel) => {
      client.off('error', onError);
      if (error) return fail(error.message);
      resolve({ stream: channel, stderr: channel.stderr, ended: endOf(channel, lost) });
    });
  });
}

/** ssh2's channels do not tell when their connection went, so that is listened for as well. */
async function endOf(channel: ClientChannel, lost: Promise<void>): Promise<CommandEnd> {
  let end: CommandEnd = { code: null, signal: null };
  channel.on('exit', (code: number | null, signal?: string) => (end = { code, signal: signal ?? null }));
  await Promise.race([new Promise<void>((resolve) => void channel.once('close', () => resolve())), lost]);
  return end;
}

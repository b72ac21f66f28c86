/**
 * The other end of the protocol for tests of the link: a server on a unix socket that remembers
 * tokens as lockerd does, and answers what the test tells it to. `relayCommand` is a forced command
 * that joins an SSH channel to it.
 */
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PROTOCOL } from '../../domain/protocol/frames';

export interface Asked {
  readonly id: number;
  readonly verb: string;
  readonly params: unknown;
  readonly change?: { readonly token: string; readonly generation: number };
}
export type Reaction = (asked: Asked, reply: (frame: object) => void) => void;

export interface ScriptedLockerd {
  readonly relayCommand: string;
  /** Every request, in order of arrival. */
  readonly asked: Asked[];
  react(reaction: Reaction): void;
  stop(): Promise<void>;
}

const RELAY = `const s=require('net').connect(process.argv[2]);
process.stdin.pipe(s);s.pipe(process.stdout);s.on('close',()=>process.exit(0));s.on('error',(e)=>{console.error(e.message);process.exit(3)});
`;

const emptyResult: Reaction = ({ id }, reply) => reply({ id, result: {} });

export async function startScriptedLockerd(folder: string, box = 'lxc12', protocol = PROTOCOL): Promise<ScriptedLockerd> {
  const socketPath = join(folder, `lockerd-${box}-${protocol}.sock`);
  const relay = join(folder, 'relay.cjs');
  writeFileSync(relay, RELAY);
  const asked: Asked[] = [];
  const sockets = new Set<Socket>();
  let reaction: Reaction = emptyResult;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
    const reply = (frame: object) => void (socket.destroyed || socket.write(`${JSON.stringify(frame)}\n`));
    createInterface({ input: socket }).on('line', (line) => {
      const frame = JSON.parse(line) as { hello?: object } & Asked;
      if (frame.hello) reply({ hello: { protocol, lockerd: '0.1.0', box, bootId: 'boot-1' } });
      else {
        asked.push(frame);
        reaction(frame, reply);
      }
    });
  });
  await new Promise<void>((resolve) => void server.listen(socketPath, resolve));
  return {
    relayCommand: `${process.execPath} ${relay} ${socketPath}`,
    asked,
    react: (next) => void (reaction = next),
    stop: () => {
      sockets.forEach((socket) => socket.destroy());
      return new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

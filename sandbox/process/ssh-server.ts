/**
 * An SSH server for a box of processes, in place of sshd: it knows one key, and whatever whoever has
 * it asks for, it runs one command, as sshd does with a forced command and `restrict`. No terminal,
 * no forwarding, no files, no password.
 */
import { spawn } from 'node:child_process';
import { Server, utils } from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel } from 'ssh2';

export interface SshServerSetup {
  /** Private, in OpenSSH's format. */
  readonly hostKey: string;
  /** `ssh-ed25519 AAAA…`: who may log in. */
  readonly authorizedKey: string;
  readonly command: readonly [string, ...string[]];
  readonly env: NodeJS.ProcessEnv;
  readonly log: (line: string) => void;
}

export function makeSshServer(setup: SshServerSetup): Server {
  const key = utils.parseKey(setup.authorizedKey);
  if (key instanceof Error) throw key;
  const server = new Server({ hostKeys: [setup.hostKey] }, (client, { ip }) => {
    // Else every answer waits for the acknowledgement of the one before. The types of ssh2 lack it.
    (client as Connection & { setNoDelay(on: boolean): void }).setNoDelay(true);
    client.on('authentication', (login) => (isOwner(login, key) ? login.accept() : login.reject(['publickey'])));
    client.on('ready', () => serve(client, setup));
    client.on('error', (error) => setup.log(`${ip}: ${error.message}`));
  });
  return server;
}

/** A client asks first whether a key would do, and signs only then. */
function isOwner(login: AuthContext, key: ParsedKey): boolean {
  if (login.method !== 'publickey') return false;
  if (login.key.algo !== key.type || !login.key.data.equals(key.getPublicSSH())) return false;
  if (login.signature === undefined) return true;
  // Where it can't be checked ssh2 returns an Error, whatever its types say.
  const signed: unknown = key.verify(login.blob as Buffer, login.signature, login.hashAlgo);
  return signed === true;
}

/** What nobody listens for is refused. */
function serve(client: Connection, setup: SshServerSetup): void {
  client.on('session', (accept) => {
    const session = accept();
    session.on('exec', (accepted) => runForced(accepted(), setup));
    session.on('shell', (accepted) => runForced(accepted(), setup));
  });
}

function runForced(channel: ServerChannel, { command: [program, ...args], env, log }: SshServerSetup): void {
  const child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'pipe'] });
  channel.pipe(child.stdin);
  child.stdout.pipe(channel, { end: false });
  child.stderr.pipe(channel.stderr, { end: false });
  // Whichever side goes first, the other finds its pipe closed.
  child.stdin.on('error', () => {});
  channel
    .on('error', () => {})
    .once('close', () => {
      child.stdin.end();
      child.stdout.destroy();
      child.stderr.destroy();
    });
  child.once('error', (error) => log(`${program}: ${error.message}`));
  child.once('close', (code, signal) => {
    if (signal === null) channel.exit(code ?? 1);
    else channel.exit(signal.slice('SIG'.length));
    channel.end();
  });
}

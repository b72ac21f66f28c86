/** A PostgreSQL of a test's own (Debian's), on loopback, as an unprivileged user, in a folder that goes with it. */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { freePort } from '../../../embedded/free-port';

const exec = promisify(execFile);
const ALL = '/usr/lib/postgresql';
const UP_WITHIN_MS = 60_000;
const DUMP_BYTES = 2 ** 30;

export interface PostgresServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Of the process that all others come from. */
  readonly pid: number;
  /** All that is in it, as SQL; the same for the same content. */
  dump(database: string): Promise<string>;
  stop(): Promise<void>;
}

const idOf = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));

/** It refuses to run as root. */
function account(): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  return { uid: idOf('-u'), gid: idOf('-g') };
}

function newest(): string {
  const version = readdirSync(ALL)
    .map(Number)
    .toSorted((one, other) => other - one)[0];
  if (version === undefined) throw new Error('no PostgreSQL: apt-get install -y postgresql');
  return join(ALL, String(version), 'bin');
}

export async function startPostgres(): Promise<PostgresServer> {
  const bin = newest();
  const who = account();
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-postgres-'));
  if (who.uid !== undefined) await chown(folder, who.uid, who.gid as number);
  const [host, user, password] = ['127.0.0.1', 'temporal', 'a-password'];
  const [data, passwordFile] = [join(folder, 'data'), join(folder, 'password')];
  await writeFile(passwordFile, password, { mode: 0o644 });
  const own = { ...who, cwd: folder };
  await exec(
    join(bin, 'initdb'),
    ['-D', data, '-U', user, '--pwfile', passwordFile, '--auth', 'scram-sha-256', '--no-sync'],
    own,
  );
  const port = await freePort(20_000 + Math.floor(Math.random() * 10_000));
  const settings = [`listen_addresses=${host}`, `port=${port}`, `unix_socket_directories=${folder}`, 'max_connections=200'];
  const child = spawn(join(bin, 'postgres'), ['-D', data, ...settings.flatMap((one) => ['-c', one])], {
    ...own,
    stdio: 'ignore',
  });
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  const env = { ...process.env, PGPASSWORD: password };
  const where = ['--host', host, '--port', String(port), '--username', user];
  const server: PostgresServer = {
    host,
    port,
    user,
    password,
    pid: child.pid as number,
    dump: async (database) => {
      const { stdout } = await exec(join(bin, 'pg_dump'), [...where, database], { env, maxBuffer: DUMP_BYTES });
      // A key that is drawn for each dump.
      return stdout.replaceAll(/^\\(un)?restrict .*$/gm, '');
    },
    stop: async () => {
      // Open connections are cut, and what is written is written.
      child.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
  for (const until = performance.now() + UP_WITHIN_MS; ; await sleep(200)) {
    const up = await exec(join(bin, 'pg_isready'), [...where, '--dbname', 'postgres']).then(
      () => true,
      () => false,
    );
    if (up) return server;
    if (performance.now() < until && child.exitCode === null) continue;
    await server.stop();
    throw new Error('PostgreSQL did not come up');
  }
}

/** The Temporal server of docker-compose.yml, under that file's own environment, natively. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { connectPatiently } from '../../../deploy/connect-patiently';
import { freePort } from '../../../embedded/free-port';
import { composeEnvironment, composeService, ROOT } from '../compose-file';
import type { TemporalBinaries } from './build-temporal';
import type { PostgresServer } from './postgres-server';

const exec = promisify(execFile);
const UP_WITHIN_MS = 180_000;

export interface TemporalOnPostgres {
  readonly address: string;
  pid(): number;
  kill(): Promise<void>;
  /** On the same ports and the same database. */
  start(): Promise<void>;
}

/** deploy/schema.sh as the compose file runs it; what the tools said. */
export async function setUpSchema({ sqlTool }: TemporalBinaries, postgres: PostgresServer): Promise<string> {
  const script = join(ROOT, 'deploy', composeService('temporal-schema').entrypoint?.at(-1)?.split('/').at(-1) ?? '');
  const env = {
    ...process.env,
    ...composeEnvironment('temporal-schema', { POSTGRES_PASSWORD: postgres.password }),
    SQL_HOST: postgres.host,
    SQL_PORT: String(postgres.port),
    TEMPORAL_SQL_TOOL: sqlTool,
  };
  const { stdout, stderr } = await exec('sh', [script], { env });
  return stdout + stderr;
}

/** Every service of the server has two or three ports: those that the template of its image reads. */
const PORTS = ['FRONTEND', 'MATCHING', 'HISTORY', 'WORKER'].flatMap((service) => [
  `${service}_GRPC_PORT`,
  `${service}_MEMBERSHIP_PORT`,
]);

async function ports(): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  const taken: number[] = [];
  for (const name of [...PORTS, 'FRONTEND_HTTP_PORT']) {
    const port = await freePort(20_000 + Math.floor(Math.random() * 10_000), taken);
    taken.push(port);
    found[name] = String(port);
  }
  return found;
}

export async function temporalOnPostgres({ server }: TemporalBinaries, postgres: PostgresServer): Promise<TemporalOnPostgres> {
  const where = await ports();
  const env = {
    ...process.env,
    ...composeEnvironment('temporal', { POSTGRES_PASSWORD: postgres.password }),
    ...where,
    POSTGRES_SEEDS: postgres.host,
    DB_PORT: String(postgres.port),
    BIND_ON_IP: '127.0.0.1',
    DYNAMIC_CONFIG_FILE_PATH: join(ROOT, 'deploy/dynamicconfig.yaml'),
  };
  const address = `127.0.0.1:${where['FRONTEND_GRPC_PORT']}`;
  let child: ChildProcess | null = null;
  let said = '';
  const start = async () => {
    const started = spawn(server, ['start'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-8_000);
      });
    }
    const connection = await connectPatiently({ address }, { withinMs: UP_WITHIN_MS, progress: () => {} }).catch(
      (error: unknown) => {
        throw new Error(`the server did not come up (${started.exitCode ?? 'it runs'})\n${said}`, { cause: error });
      },
    );
    await connection.close();
  };
  const kill = async () => {
    const killed = child;
    if (killed === null || killed.exitCode !== null || killed.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => {
      killed.once('exit', () => resolve());
    });
    killed.kill('SIGKILL');
    await gone;
  };
  return { address, pid: () => child?.pid ?? 0, start, kill };
}

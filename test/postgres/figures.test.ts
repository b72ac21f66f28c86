/** What PostgreSQL costs beside SQLite, and encryption beside none: rollouts on boxes in memory. Prints docs/performance.md's table. */
import { dataConverterFrom } from '../../codec/data-converter';
import { connectPatiently } from '../../deploy/connect-patiently';
import { setUpNamespace } from '../../deploy/set-up-namespace';
import { aPlan } from '../support/builders';
import { aFakeRolloutBox } from '../support/fake-rollout-box';
import { aKeyLine } from '../support/payload-keys';
import { buildTemporal } from '../support/postgres/build-temporal';
import { processesMs } from '../support/postgres/processes-ms';
import { startPostgres } from '../support/postgres/postgres-server';
import type { PostgresServer } from '../support/postgres/postgres-server';
import { setUpSchema, temporalOnPostgres } from '../support/postgres/temporal-on-postgres';
import type { TemporalOnPostgres } from '../support/postgres/temporal-on-postgres';
import { openWorld, resultOf } from '../support/rollout-world';
import type { RolloutWorld } from '../support/rollout-world';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';

jest.setTimeout(3_600_000);
const LOCKERS = 200;
const AT_ONCE = 20;
const keys = { LOCKSTEP_PAYLOAD_KEYS: 'env:KEYS', KEYS: aKeyLine('k1') };
const NO_SOAK = { canary: '0s', batch: '0s' };

const progress = (line: string) => void process.stderr.write(`${line}\n`);

let sqlite: TestServer;
let postgres: PostgresServer;
let temporal: TemporalOnPostgres;
beforeAll(async () => {
  const binaries = await buildTemporal(progress);
  sqlite = await startTemporal();
  postgres = await startPostgres();
  await setUpSchema(binaries, postgres);
  temporal = await temporalOnPostgres(binaries, postgres);
  await temporal.start();
  const connection = await connectPatiently({ address: temporal.address }, { withinMs: 60_000, progress });
  await setUpNamespace(connection, { namespace: 'default', retentionDays: 1 });
  await connection.close();
});
afterAll(async () => {
  await temporal?.kill();
  await postgres?.stop();
  await sqlite?.stop();
});

interface Figures {
  readonly wallS: number;
  readonly serverMs: number;
  readonly databaseMs: number;
  readonly workerMs: number;
}

/** Of this process, which is the worker; the servers are its children. */
function ownMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

/** CPU milliseconds a locker. */
async function measure(
  world: RolloutWorld,
  pids: { server: number; database: number | null },
  lockers: number,
): Promise<Figures> {
  const box = `figures-${lockers}`;
  const policy = { batches: ['rest' as const], maxDown: AT_ONCE, gates: 'none' as const, soak: NO_SOAK };
  const fake = aFakeRolloutBox({ plan: aPlan({ box, lockers, policy }), stepMs: 5 });
  const now = () => [
    performance.now(),
    processesMs(pids.server),
    pids.database === null ? 0 : processesMs(pids.database),
    ownMs(),
  ];
  const before = now();
  expect(await resultOf(await world.start(box, fake))).toMatchObject({ state: 'succeeded', counts: { updated: lockers } });
  const [wall = 0, server = 0, database = 0, worker = 0] = now().map((value, index) => value - (before[index] ?? 0));
  return { wallS: wall / 1_000, serverMs: server / lockers, databaseMs: database / lockers, workerMs: worker / lockers };
}

const row = (what: string, { wallS, serverMs, databaseMs, workerMs }: Figures): string =>
  `| ${what} | ${wallS.toFixed(1)} s | ${serverMs.toFixed(0)} ms | ${databaseMs.toFixed(0)} ms | ${workerMs.toFixed(0)} ms |`;

test('a rollout of 200 lockers succeeds on both, plain and encrypted', async () => {
  const onPostgres: TestServer = { ...sqlite, address: temporal.address, stop: async () => {} };
  const databases = [
    { what: 'SQLite', server: sqlite, pids: { server: sqlite.pid, database: null } },
    { what: 'PostgreSQL', server: onPostgres, pids: { server: temporal.pid(), database: postgres.pid } },
  ];
  const lines: string[] = [];
  for (const { what, server, pids } of databases) {
    for (const env of [{}, keys]) {
      const world = await openWorld({ server, dataConverter: dataConverterFrom(env) });
      // Connections, caches and the first partitions of the queues.
      await measure(world, pids, 20);
      lines.push(row(env === keys ? `${what}, encrypted` : what, await measure(world, pids, LOCKERS)));
      await world.close();
    }
  }
  process.stdout.write(
    `\n| database | wall | CPU of the server a locker | of the database | of the worker |\n| --- | --- | --- | --- | --- |\n${lines.join('\n')}\n`,
  );
  expect(lines).toHaveLength(4);
});

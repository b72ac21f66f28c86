/** A team's server, on PostgreSQL with the product's own settings, paused in Temporal itself. `npm run test:postgres`. */
import { connect } from '../../embedded/connect';
import { setUpNamespace } from '../../deploy/set-up-namespace';
import { nativePauses } from '../support/native-pauses';
import { buildTemporal } from '../support/postgres/build-temporal';
import { startPostgres } from '../support/postgres/postgres-server';
import { setUpSchema, temporalOnPostgres } from '../support/postgres/temporal-on-postgres';

jest.setTimeout(3_600_000);

async function startOnPostgres() {
  const binaries = await buildTemporal((line) => void process.stderr.write(`${line}\n`));
  const postgres = await startPostgres();
  await setUpSchema(binaries, postgres);
  const temporal = await temporalOnPostgres(binaries, postgres);
  await temporal.start();
  const connection = await connect({ address: temporal.address });
  await setUpNamespace(connection, { namespace: 'default', retentionDays: 1 });
  await connection.close();
  const stop = async () => {
    await temporal.kill();
    await postgres.stop();
  };
  return { address: temporal.address, binary: binaries.server, pid: temporal.pid(), folder: '', stop };
}

nativePauses(startOnPostgres);

/** The Temporal server that is there: the named one, or the embedded one if it runs. Starts nothing: for who watches and does not roll. */
import { Fault } from '../domain/faults';
import { connect } from './connect';
import type { Environment } from './ensure-environment';
import { lockstepHome } from './home';
import { findRecord } from './lost-process';
import { runs } from './process-record';
import { namedTemporal } from './temporal-config';
import { serverOf } from './temporal-server';

/** Faults: TemporalUnreachable, TemporalRefused. */
export async function findEnvironment(env: NodeJS.ProcessEnv): Promise<Environment> {
  const named = namedTemporal(env);
  if (named !== null) {
    const { address, namespace, options } = named;
    return { connection: await connect({ ...options, address }), address, namespace, webUi: env['TEMPORAL_UI_URL'] ?? null };
  }
  const record = await findRecord(lockstepHome(env), 'temporal');
  if (!runs(record)) {
    throw new Fault('TemporalUnreachable', 'No Temporal server runs here.', {
      cure: 'It comes with the next `npm run start-rollout`, or with `npm run up`.',
    });
  }
  const server = serverOf(record.detail);
  return { connection: await connect({ address: server.address }), ...server, namespace: 'default' };
}

/**
 * Which Temporal: the one that environment or profile names, else none (then the embedded one
 * serves). What is named is used as it is: nothing is started beside it.
 */
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { ClientConnectConfig } from '@temporalio/envconfig';
import { Fault } from '../domain/faults';

export interface NamedTemporal {
  readonly address: string;
  readonly namespace: string;
  readonly options: ClientConnectConfig['connectionOptions'];
}

/** null: neither TEMPORAL_ADDRESS nor a profile with an address. */
export function namedTemporal(env: NodeJS.ProcessEnv): NamedTemporal | null {
  const config = temporalConfig(env);
  const address = config.connectionOptions.address;
  if (address) return { address, namespace: config.namespace ?? 'default', options: config.connectionOptions };
  if (!env['TEMPORAL_PROFILE']) return null;
  throw new Fault('TemporalUnreachable', `The Temporal profile ${env['TEMPORAL_PROFILE']} names no address.`, {
    cure: 'Give the profile an address, or unset TEMPORAL_PROFILE to use the embedded server.',
  });
}

/** What environment and profile say; TLS and API key included. */
export function temporalConfig(env: NodeJS.ProcessEnv): ClientConnectConfig {
  const set = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  try {
    return loadClientConnectConfig({ overrideEnvVars: set });
  } catch (error) {
    throw new Fault('TemporalUnreachable', 'The Temporal profile can not be read.', {
      evidence: [(error as Error).message],
      cure: 'Mend the profile file or the TEMPORAL_* variables, or unset them to use the embedded server.',
    });
  }
}

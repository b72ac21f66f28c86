/**
 * The worker process: composition root. Which adapter serves which port is decided here and
 * nowhere else. SIGTERM and SIGINT shut it down gracefully (the SDK's Runtime listens to them).
 */
import { createHash } from 'node:crypto';
import { resolve } from 'node:path';
import { inspect } from 'node:util';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { LogEntry } from '@temporalio/worker';
import { makeFleetFile } from '../activities/adapters/fleet-file';
import { runCommand } from '../activities/adapters/run-command';
import { fetchHttp } from '../activities/adapters/http/fetch-http';
import { makeGitSource } from '../activities/adapters/git/make-git-source';
import { verifyEd25519 } from '../activities/adapters/verify-ed25519';
import { makeSshBoxPort } from '../activities/adapters/ssh/ssh-box-port';
import { accountHere } from '../activities/adapters/ssh/surroundings';
import type { ActivityPorts } from '../activities/ports/activity-ports';
import { dataConverterFrom } from '../codec/data-converter';
import { Fault } from '../domain/faults';
import { lockstepHome } from '../embedded/home';
import { connectToTemporal } from './connect-to-temporal';
import { makeWorkers } from './make-worker';
import { registerSearchAttributes } from './register-search-attributes';

function portsFrom(env: NodeJS.ProcessEnv): ActivityPorts {
  const fleet = makeFleetFile(resolve(env.LOCKSTEP_FLEET ?? 'fleet.yaml'));
  return {
    fleet,
    http: fetchHttp,
    command: runCommand,
    box: makeSshBoxPort({ fleet, account: accountHere(process.env) }),
    source: makeGitSource(resolve(env.LOCKSTEP_HOME ?? '.lockstep', 'source')),
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    verifySignature: verifyEd25519,
  };
}

async function main(): Promise<void> {
  Runtime.install({ logger: new DefaultLogger('INFO', toStderr) });
  const ports = portsFrom(process.env);
  // A fleet file that can not be read is said now, not in the middle of a rollout.
  await ports.fleet.read();
  const dataConverter = dataConverterFrom(process.env);
  const { connection, namespace, address } = await connectToTemporal(process.env);
  try {
    await registerSearchAttributes(connection, namespace);
    const workers = await makeWorkers({
      connection,
      namespace,
      ports,
      dataConverter,
      bundles: lockstepHome(process.env).bundles,
    });
    const done = workers.run();
    process.stdout.write(`worker ready: ${address}, namespace ${namespace}, pid ${process.pid}\n`);
    await done;
  } finally {
    await ports.box.close();
    await connection.close();
  }
}

function toStderr({ level, timestampNanos, message, meta }: LogEntry): void {
  const at = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  process.stderr.write(`${at} ${level} ${message}${meta ? ` ${inspect(meta, { breakLength: Infinity })}` : ''}\n`);
}

main().catch((error: unknown) => {
  const said = error instanceof Fault ? [error.message, ...error.evidence.map((line) => `  ${line}`)].join('\n') : String(error);
  process.stderr.write(`${said}\n`);
  process.exitCode = 1;
});

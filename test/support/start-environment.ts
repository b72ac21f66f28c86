/** Run as a process of its own by the tests of embedded/: starts what is missing and says where it is. */
import { ensureEnvironment } from '../../embedded/ensure-environment';

const progress = (line: string) => void process.stderr.write(`${line}\n`);

async function start([fleetFile = 'fleet.yaml', worker = 'fresh']: readonly string[]): Promise<void> {
  const options = { env: process.env, fleetFile, worker: worker as 'fresh' | 'any', sandbox: null, progress };
  const { connection, address, webUi } = await ensureEnvironment(options);
  await connection.close();
  process.stdout.write(`${JSON.stringify({ address, webUi })}\n`);
}

start(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});

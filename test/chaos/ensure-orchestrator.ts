/** What the next command of a user does before it asks: starts the Temporal server and the worker where they are missing. */
import { ensureEnvironment } from '../../embedded/ensure-environment';
import type { Installation } from '../support/installation';
import { startInTurn } from './installation-life';

export function ensureOrchestrator(installation: Installation): Promise<void> {
  const { env, sandbox } = installation;
  return startInTurn(installation, async () => {
    const { connection } = await ensureEnvironment({
      env: { ...process.env, ...env },
      fleetFile: sandbox.fleetFile,
      worker: 'any',
      sandbox: null,
      progress: () => {},
    });
    await connection.close();
  });
}

/**
 * The Temporal server and its schema tool, built from their published Go modules: the same sources that the images of
 * docker-compose.yml are built from, of the same version. Takes minutes the first time; kept beside the other binaries.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { lockstepHome } from '../../../embedded/home';
import { composeService } from '../compose-file';

const exec = promisify(execFile);

export interface TemporalBinaries {
  readonly server: string;
  readonly sqlTool: string;
}

export async function buildTemporal(progress: (line: string) => void): Promise<TemporalBinaries> {
  const version = composeService('temporal').image.split(':')[1] as string;
  const { bin } = lockstepHome(process.env);
  const folder = join(bin, `temporal-server-${version}`);
  // As `go install` names them: after their packages.
  const binaries = { server: join(folder, 'server'), sqlTool: join(folder, 'sql') };
  if (existsSync(binaries.server) && existsSync(binaries.sqlTool)) return binaries;
  await mkdir(bin, { recursive: true });
  const made = await mkdtemp(join(bin, '.temporal-server-'));
  try {
    progress(`building the Temporal server ${version} from its Go modules; this takes minutes`);
    const packages = ['server', 'tools/sql'].map((name) => `go.temporal.io/server/cmd/${name}@v${version}`);
    // Others may want the machine meanwhile.
    await exec('nice', ['-n', '19', 'go', 'install', '-trimpath', ...packages], {
      env: { ...process.env, GOBIN: made },
      maxBuffer: 2 ** 26,
    });
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
  return binaries;
}

/** Files and process of the SSH server of a box of processes. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isAlive } from '../../embedded/process-identity';
import { spawnDetached } from '../../embedded/spawn-detached';
import { sshDoorOf } from '../box-addresses';
import { boxPath } from '../enter-box';
import { putFile } from '../put-file';
import { boxLayout } from '../sandbox-layout';
import type { SandboxLayout } from '../sandbox-layout';
import type { ProcessBox } from '../sandbox-state';
import { untilListening } from '../start-sshd';
import { writeKey } from './write-key';

export async function writeSshServerFiles(sandbox: SandboxLayout, { name, folder }: ProcessBox): Promise<void> {
  const { authorizedKeys, hostKey } = boxLayout(folder);
  await writeKey(hostKey, name);
  await putFile(authorizedKeys, `${await writeKey(sandbox.key, 'lockstep-sandbox')}\n`, 0o600);
}

export async function startSshServer(box: ProcessBox): Promise<NonNullable<ProcessBox['sshd']>> {
  const { sshd, folder } = box;
  if (sshd !== null && isAlive(sshd.pid, sshd.identity)) return sshd;
  const { bin, sshdLog } = boxLayout(folder);
  const { host, port } = sshDoorOf(box);
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const argv = [process.execPath, '--import', tsx, join(__dirname, 'ssh-server-main.ts'), folder, host, String(port)] as const;
  // Nothing else of this process's environment belongs into a daemon that outlives it. The path makes it one of the box.
  const env = { PATH: boxPath(bin), HOME: folder, LANG: 'C.UTF-8' };
  const started = await spawnDetached(argv, env, sshdLog);
  await untilListening(box, () => started.ended());
  return { pid: started.pid, identity: started.identity };
}

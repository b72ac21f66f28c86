/** `ssh_config` and `known_hosts` for all boxes of a sandbox: `ssh -F ssh_config lxc12` works too. */
import { readFile, writeFile } from 'node:fs/promises';
import { sshDoorOf } from './box-addresses';
import { boxLayout } from './sandbox-layout';
import type { SandboxLayout } from './sandbox-layout';
import type { SandboxState } from './sandbox-state';
import { knownHosts, sshClientConfig, sshClientValues } from './ssh-files';
import type { SshHost } from './ssh-files';

export async function writeSshClientFiles(sandbox: SandboxLayout, { boxes }: SandboxState): Promise<void> {
  const hosts = await Promise.all(
    boxes.map(async (box): Promise<SshHost> => {
      const key = await readFile(`${boxLayout(box.folder).hostKey}.pub`, 'utf8');
      return { name: box.name, ...sshDoorOf(box), hostKey: key.split(' ').slice(0, 2).join(' ') };
    }),
  );
  await writeFile(sandbox.knownHosts, knownHosts(hosts));
  await writeFile(sandbox.sshConfig, sshClientConfig(sandbox, hosts));
  await writeFile(`${sandbox.sshConfig}.json`, sshClientValues(sandbox, hosts));
}

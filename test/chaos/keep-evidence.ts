/** Journal and logs of a run with violations, kept in a folder of their own after its installation is gone. */
import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { boxPaths } from '../../box/paths';
import { lockstepHome } from '../../embedded/home';
import { workflowIdOf } from '../../workflows/messages';
import type { Ended } from '../support/cli';
import type { Installation } from '../support/installation';
import { temporalCli } from '../support/temporal-cli';

export async function keepEvidence({ sandbox, env }: Installation, commands: readonly Ended[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-chaos-'));
  const home = lockstepHome(env);
  const files = {
    journal: boxPaths(sandbox.boxConfig).journal,
    'journal.1': `${boxPaths(sandbox.boxConfig).journal}.1`,
    'lockerd.log': sandbox.boxConfig.log,
    'sshd.log': sandbox.boxLayout.sshdLog,
    'worker.log': home.logFile('worker'),
    'temporal.log': home.logFile('temporal'),
  };
  for (const [name, file] of Object.entries(files)) await copyFile(file, join(folder, name)).catch(() => {});
  for (const locker of sandbox.lockers) {
    await copyFile(join(sandbox.boxLayout.me(locker), '.boot-log'), join(folder, `${locker}.boot-log`)).catch(() => {});
  }
  const said = commands.map(({ code, stdout, stderr }) => `exit ${code}\n${stderr}\n${stdout}`);
  await writeFile(join(folder, 'commands.txt'), said.join('\n\n'));
  const show = ['workflow', 'show', '-w', workflowIdOf(sandbox.box), '-o', 'json', '--command-timeout', '20s'];
  const history = await temporalCli(env, show).catch(String);
  await writeFile(join(folder, 'history.json'), history);
  return folder;
}

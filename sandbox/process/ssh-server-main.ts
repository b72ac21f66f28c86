/** The process of a box's SSH server: `BOX_FOLDER HOST PORT`. It ends on any signal; relays that it started find their pipes closed. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { boxLayout } from '../sandbox-layout';
import { makeSshServer } from './ssh-server';

function main([folder = '', host = '', port = '']: readonly string[]): void {
  const { authorizedKeys, bin, hostKey } = boxLayout(folder);
  const server = makeSshServer({
    hostKey: readFileSync(hostKey, 'utf8'),
    authorizedKey: readFileSync(authorizedKeys, 'utf8').trim(),
    command: [join(bin, 'lockerctl'), 'relay'],
    env: process.env,
    log: (line) => console.error(`${new Date().toISOString()} ${line}`),
  });
  server.listen(Number(port), host, () => console.error(`listening on ${host}:${port}, process ${process.pid}`));
}

main(process.argv.slice(2));

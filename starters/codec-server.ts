/** `npm run codec-server`: lets people read encrypted payloads in the Temporal Web UI. */
import { codecServerMain } from './codec-server-main';
import { main } from './main';

main(codecServerMain);

/** `npm run logs -- [server|worker|sandbox]`: what the background processes say. */
import { logsMain } from './logs-main';
import { main } from './main';

main(logsMain);

/** `npm run down`: ends what the front door started. */
import { downMain } from './down-main';
import { main } from './main';

main(downMain);

/** `npm run up`: starts what the front door would start, and nothing else. */
import { main } from './main';
import { upMain } from './up-main';

main(upMain);

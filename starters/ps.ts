/** `npm run ps`: what the front door started, and how it is. */
import { main } from './main';
import { psMain } from './ps-main';

main(psMain);

/** `npm run lockstep -- <verb> …` */
import { lockstepMain } from './lockstep-main';
import { main } from './main';

main(lockstepMain);

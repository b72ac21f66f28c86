/** `npm run set-up-temporal`: makes a Temporal server ready for Lockstep; run again it changes only what differs. */
import { main } from '../starters/main';
import { setUpMain } from './set-up-main';

main(setUpMain);

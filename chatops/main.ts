/** `npm run chatops`: approval from chat. */
import { main } from '../starters/main';
import { chatopsMain } from './chatops-main';

main(chatopsMain);

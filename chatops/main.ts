/** `npm run chatops`: approval from chat. */
import { main } from '../starters/main';
import { chatopsMain } from './chatops-main';

// As a service it is told so, and as the first process of a container it would not even end by it.
process.on('SIGTERM', () => process.emit('SIGINT'));
main(chatopsMain);

/** `npm run start-rollout -- --box lxc12`: the front door. */
import { main } from './main';
import { startRolloutMain } from './start-rollout-main';

main(startRolloutMain);

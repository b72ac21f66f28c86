import { run } from '../../box/run';
export const a = run;

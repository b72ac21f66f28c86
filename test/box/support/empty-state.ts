import type { BoxState } from '../../../box/journal/state';

/** Of a box on which nothing has happened yet. */
export const EMPTY_STATE: BoxState = {
  lease: null,
  bootId: null,
  freeze: null,
  generation: 0,
  jobs: new Map(),
  lockers: new Map(),
  migrations: new Map(),
};

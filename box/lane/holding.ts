import type { Place } from './lane';

/** The work while its place in the start lane is held; it is left whatever comes of it. */
export async function holding<T>(place: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    place.leave();
  }
}

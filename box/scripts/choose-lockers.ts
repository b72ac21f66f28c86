/** The lockers that a script is asked for by name, or all. */
import { Fault } from '../../domain/faults';
import type { Inventory, SeenLocker } from '../../domain/model/inventory';

export function chooseLockers({ lockers, box }: Inventory, names: readonly string[]): SeenLocker[] {
  const unknown = names.filter((name) => !lockers.some((locker) => locker.name === name));
  if (unknown.length === 0) return lockers.filter(({ name }) => names.length === 0 || names.includes(name));
  const evidence = [`${box} has ${lockers.map(({ name }) => name).join(', ') || 'none'}`];
  throw new Fault('UnknownLocker', `${box} has no locker ${unknown.map((name) => JSON.stringify(name)).join(', ')}.`, {
    evidence,
  });
}

export const runs = ({ state }: SeenLocker): boolean => state === 'running' || state === 'frozen';

import { LockerName } from '../../domain/model/ids';
import type { BoxContext } from '../context';
import { configurationOf } from './configuration-of';

/** Of all containers, lockers or not, that could be read: whatever address one of them has is taken. */
export async function configTexts(box: Pick<BoxContext, 'config' | 'paths'>): Promise<string[]> {
  const configuration = configurationOf(box);
  const names = (await configuration.names()).flatMap((name) => LockerName.safeParse(name).data ?? []);
  return Promise.all(names.map((name) => configuration.text(name).catch(() => '')));
}

/** The id map of a container by its config; one that is not there or can't be read is refused elsewhere, with its reason. */
import type { LockerName } from '../../domain/model/ids';
import { configurationOf } from '../containers/configuration-of';
import type { BoxContext } from '../context';
import { idMapOf } from './id-map';
import type { IdMap } from './id-map';

export const idsIn = (box: Pick<BoxContext, 'config' | 'paths'>, locker: LockerName): Promise<IdMap> =>
  configurationOf(box)
    .settings(locker)
    .then(idMapOf, () => []);

/** Where activities read the fleet from: read at the moment of use, so that a mended file counts at once. */
import type { Fleet } from '../../domain/model/fleet';

export interface FleetPort {
  /** Throws FleetFileMissing or FleetFileInvalid. */
  read(): Promise<Fleet>;
}

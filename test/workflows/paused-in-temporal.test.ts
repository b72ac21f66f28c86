/** The embedded server, paused in Temporal itself. */
import { nativePauses } from '../support/native-pauses';
import { startTemporal } from '../support/temporal-server';

jest.setTimeout(240_000);
nativePauses(startTemporal);

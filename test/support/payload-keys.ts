/** Keys as LOCKSTEP_PAYLOAD_KEYS names them. */
import { randomBytes } from 'node:crypto';

export const aKeyLine = (id: string): string => `${id} ${randomBytes(32).toString('base64')}`;

/** `lockstep abort --box lxc12 [--reason TEXT]` */
import { sendAbort } from '../operations/send';
import { sendVerb } from '../send-verb';

export const abortVerb = sendVerb({ send: (door, act, { box }) => sendAbort(door, box, act) });

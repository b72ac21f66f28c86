/** `lockstep pause --box lxc12 [--reason TEXT]` */
import { sendPause } from '../operations/send';
import { sendVerb } from '../send-verb';

export const pauseVerb = sendVerb({ send: (door, act, { box }) => sendPause(door, box, act) });

/** `lockstep resume --box lxc12 [--reason TEXT]` */
import { sendResume } from '../operations/send';
import { sendVerb } from '../send-verb';

export const resumeVerb = sendVerb({ send: (door, act, { box }) => sendResume(door, box, act) });

/** `lockstep reject --box lxc12 [--batch 2] [--reason TEXT]` */
import { gateFlags, gateMessage } from '../gate-answer';
import type { GateOptions } from '../gate-answer';
import { sendReject } from '../operations/send';
import { sendVerb } from '../send-verb';

export const rejectVerb = sendVerb<GateOptions>({
  flags: gateFlags,
  send: async (door, act, options) => sendReject(door, options.box, await gateMessage(door, act, options)),
});

/** `lockstep approve --box lxc12 [--batch 2]` */
import { gateFlags, gateMessage } from '../gate-answer';
import type { GateOptions } from '../gate-answer';
import { sendApprove } from '../operations/send';
import { sendVerb } from '../send-verb';

export const approveVerb = sendVerb<GateOptions>({
  flags: gateFlags,
  send: async (door, act, options) => sendApprove(door, options.box, await gateMessage(door, act, options)),
});

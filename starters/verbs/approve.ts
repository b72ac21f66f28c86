/** `lockstep approve --box lxc12 [--batch 2] [--sign-with KEYFILE [--as ann]]` */
import { Fault } from '../../domain/faults';
import { renderBrief } from '../../domain/operator/render-brief';
import { gateFlags, gateMessage } from '../gate-answer';
import type { GateOptions } from '../gate-answer';
import { briefOf } from '../operations/brief-of';
import type { Door } from '../operations/door';
import { sendApprove } from '../operations/send';
import { openSigner, signApproval } from '../operations/sign-approval';
import { runningStatusOf } from '../operations/status-of';
import { sendVerb } from '../send-verb';
import type { ApproveMessage } from '../../workflows/messages';

interface ApproveOptions extends GateOptions {
  readonly signWith?: string;
  readonly key?: string;
  readonly as?: string;
}

export const approveVerb = sendVerb<ApproveOptions>({
  flags: (command) =>
    gateFlags(command)
      .option('--sign-with <file>', 'your private key (Ed25519, PEM): proves who approves')
      .option('--key <id>', "its id in the fleet file's identity.keys (default: the file's name)")
      .option('--as <name>', 'who you are, as the key says (default: your account here)'),
  send: async (door, act, options, session) => {
    refuseUnsigned(options);
    const brief = await briefOf(door, options.box);
    if (brief !== null) session.progress(renderBrief(brief, { style: 'text' }));
    const message = await gateMessage(door, act, options);
    return sendApprove(door, options.box, await signedBy(options, message, door));
  },
});

/** A name that nothing proves is whatever the account is called. */
function refuseUnsigned({ as, key, signWith }: ApproveOptions): void {
  if (signWith !== undefined || (as === undefined && key === undefined)) return;
  throw new Fault('PolicyInvalid', `${as === undefined ? '--key' : '--as'} goes with --sign-with KEYFILE.`, {
    cure: 'Name the file of the private key that proves it.',
  });
}

async function signedBy(options: ApproveOptions, message: ApproveMessage, door: Door): Promise<ApproveMessage> {
  const { box, signWith, key, as } = options;
  if (signWith === undefined) return message;
  const signer = openSigner(signWith, key ?? null);
  const { rollout, planDigest, gate } = await runningStatusOf(door, box);
  const { batch, overlay = 0, opening = gate?.opening ?? 0 } = message;
  const actor = as ?? message.actor;
  // What is signed is the whole digest; a person may have typed its beginning.
  const digest = planDigest?.startsWith(message.planDigest) ? planDigest : message.planDigest;
  return { ...message, actor, ...signApproval(signer, { rollout, batch, digest, overlay, opening, actor }) };
}

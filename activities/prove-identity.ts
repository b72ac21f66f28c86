/** Whether an approval was signed by a key of the fleet file. The file is read at the moment of use: a key that was taken out counts no more. */
import { identityKeyOf } from '../domain/model/people';
import { isPerson } from '../domain/operator/may-approve';
import { plain, shortened } from '../domain/operator/plain-text';
import type { BoxActivities, IdentityProof } from './contract';
import type { ActivityPorts } from './ports/activity-ports';
import { runActivity } from './run-activity';

type Ports = Pick<ActivityPorts, 'fleet' | 'verifySignature'>;
type Claim = Parameters<BoxActivities['proveIdentity']>[0];

export const makeProveIdentity = (ports: Ports): BoxActivities['proveIdentity'] => {
  return (claim) => runActivity('leave', () => prove(claim, ports));
};

async function prove({ actor, key: id, assertion, signature }: Claim, { fleet, verifySignature }: Ports): Promise<IdentityProof> {
  const { identity } = await fleet.read();
  const found = identityKeyOf(identity, id);
  const name = shortened(plain(id), 64);
  if (found === null) return notProven(`there is no key ${name} in identity.keys of the fleet file.`);
  const { key, actors } = found;
  if (!verifySignature({ key, text: assertion, signature })) {
    return notProven(`its signature is not that of the key ${name} over this assertion.`);
  }
  if (actors !== null && !actors.some((written) => isPerson(written, actor))) {
    return notProven(`the key ${name} speaks for ${actors.join(', ')} only, not for ${actor}.`);
  }
  return { kind: 'proven' };
}

const notProven = (why: string): IdentityProof => ({ kind: 'not-proven', why });

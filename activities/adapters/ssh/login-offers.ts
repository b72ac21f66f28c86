/**
 * What we can show a host to be let in, in ssh's order: keys of the agent that identity files name, the
 * agent's other keys, then the files alone. Notes say what was left out and why, so that a refusal can be
 * understood without `ssh -v`.
 */
import { access } from 'node:fs/promises';
import type { AnyAuthMethod } from 'ssh2';
import { Fault } from '../../../domain/faults';
import { agentKeys } from './agent-keys';
import type { AgentKey } from './agent-keys';
import { fingerprint, VIA_OPENSSH } from './host-key';
import { readKeyFile } from './key-file';
import type { KeyFile } from './key-file';
import { mayLogIn } from './ssh2-algorithms';
import type { Hop } from './route';
import { addressOf } from './route';

export interface LoginOffers {
  readonly methods: readonly AnyAuthMethod[];
  /** For a host that had enough before it saw the named files; null where the order would be the same. */
  readonly namedFirst: readonly AnyAuthMethod[] | null;
  readonly notes: readonly string[];
}

export async function loginOffers(hop: Hop): Promise<LoginOffers> {
  if (!hop.publicKeyLogin) throw refused(hop, ['PubkeyAuthentication no in the ssh config'], 'no key may be offered');
  const files = await Promise.all(hop.identityFiles.map(readKeyFile));
  const agent = await askAgent(hop.agent);
  const isNamed = ({ blob }: AgentKey) => files.some(({ publicBlob }) => publicBlob?.equals(blob));
  const inAgent = (file: KeyFile) => agent.keys.some(({ blob, agent: usable }) => usable && file.publicBlob?.equals(blob));
  const ofAgent = (keys: readonly AgentKey[]): AnyAuthMethod[] =>
    keys.flatMap((key) =>
      key.agent && mayLogIn(hop, key.type) ? [{ type: 'agent', username: hop.user, agent: key.agent }] : [],
    );
  const twins = ofAgent(agent.keys.filter(isNamed));
  const others = hop.identitiesOnly ? [] : ofAgent(agent.keys.filter((key) => !isNamed(key)));
  const alone = files.flatMap((file): AnyAuthMethod[] =>
    file.key !== null && mayLogIn(hop, file.key.type) && !inAgent(file)
      ? [{ type: 'publickey', username: hop.user, key: file.key }]
      : [],
  );
  const notes = [
    ...files.filter((file) => hop.identitiesNamed || !file.absent).map(({ note }) => note),
    ...agent.notes,
    ...(await certificateNotes(hop)),
  ];
  const methods = [...twins, ...others, ...alone];
  if (methods.length === 0) throw refused(hop, notes, 'there is no usable key to offer');
  const namedLate = hop.identitiesNamed && others.length > 0 && alone.length > 0;
  return { methods, namedFirst: namedLate ? [...twins, ...alone, ...others] : null, notes };
}

export function refused(hop: Hop, notes: readonly string[], why: string): Fault {
  const has = (word: string) => notes.some((note) => note.includes(word));
  const cure = has('ssh2 has no')
    ? { cure: `${VIA_OPENSSH} and can show them all. Or name a plain key that the host lets in.` }
    : has('passphrase')
      ? { cure: 'Put the key with the passphrase into an agent (ssh-add FILE), or name a key without one.' }
      : {};
  const evidence = notes.filter((note) => note !== '');
  return new Fault('LoginRefused', `Can not log in to ${hop.name} as ${hop.user} (${addressOf(hop)}): ${why}.`, {
    evidence,
    ...cure,
  });
}

async function askAgent(socket: string | null): Promise<{ keys: readonly AgentKey[]; notes: readonly string[] }> {
  if (socket === null) return { keys: [], notes: ['no ssh agent (SSH_AUTH_SOCK is not set)'] };
  try {
    const keys = await agentKeys(socket);
    const unusable = keys.filter(({ agent }) => agent === null);
    const left = unusable.map(({ type, blob }) => `agent key ${type} ${fingerprint(blob)}: not offered, ssh2 has no such keys`);
    return { keys, notes: [`agent ${socket}: ${keys.length} keys`, ...left] };
  } catch (error) {
    return { keys: [], notes: [`agent ${socket}: ${(error as Error).message}`] };
  }
}

/** ssh shows a certificate that lies beside a key, too. */
async function certificateNotes({ certificateFiles, identityFiles }: Hop): Promise<string[]> {
  const paths = [...new Set([...certificateFiles, ...identityFiles.map((file) => `${file}-cert.pub`)])];
  const there = await Promise.all(
    paths.map((path) =>
      access(path).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, index) => there[index]).map((path) => `certificate ${path}: not offered, ssh2 has no certificates`);
}

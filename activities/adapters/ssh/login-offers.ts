/**
 * What we can show a host to be let in: key files and the agent's keys, in ssh's order. Notes say
 * what was left out and why, so that a refusal can be understood without `ssh -v`.
 */
import { readFile } from 'node:fs/promises';
import { createAgent, utils } from 'ssh2';
import type { AnyAuthMethod, BaseAgent } from 'ssh2';
import { Fault } from '../../../domain/faults';
import type { Hop } from './route';
import { addressOf } from './route';

export interface LoginOffers {
  readonly methods: readonly AnyAuthMethod[];
  readonly notes: readonly string[];
}

type KeyFile =
  | { readonly kind: 'key'; readonly data: Buffer; readonly note: string }
  | { readonly kind: 'encrypted' | 'unusable'; readonly note: string }
  | { readonly kind: 'absent'; readonly note: string };

export async function loginOffers(hop: Hop): Promise<LoginOffers> {
  const files = await Promise.all(hop.identityFiles.map(readKeyFile));
  const keys = files.flatMap((file): AnyAuthMethod[] =>
    file.kind === 'key' ? [{ type: 'publickey', username: hop.user, key: file.data }] : [],
  );
  const agent: AnyAuthMethod[] =
    hop.agent === null ? [] : [{ type: 'agent', username: hop.user, agent: await agentFor(hop, hop.agent) }];
  // Named files before the agent: its many keys could use up the host's MaxAuthTries.
  const methods = hop.identitiesNamed ? [...keys, ...agent] : [...agent, ...keys];
  const shown = files.filter((file) => hop.identitiesNamed || file.kind !== 'absent').map((file) => file.note);
  const notes = [...shown, hop.agent === null ? 'no ssh agent (SSH_AUTH_SOCK is not set)' : `agent ${hop.agent}`];
  if (methods.length === 0) throw refused(hop, notes, 'there is no usable key to offer');
  return { methods, notes };
}

export function refused(hop: Hop, notes: readonly string[], why: string): Fault {
  const encrypted = notes.some((note) => note.includes('passphrase'));
  return new Fault('LoginRefused', `Can not log in to ${hop.name} as ${hop.user} (${addressOf(hop)}): ${why}.`, {
    evidence: notes,
    ...(encrypted ? { cure: 'Put the key with the passphrase into an agent (ssh-add FILE), or name a key without one.' } : {}),
  });
}

async function readKeyFile(path: string): Promise<KeyFile> {
  let data: Buffer;
  try {
    data = await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { kind: 'absent', note: `key ${path}: no such file` };
    return { kind: 'unusable', note: `key ${path}: ${code}` };
  }
  const parsed = utils.parseKey(data);
  if (!(parsed instanceof Error)) return { kind: 'key', data, note: `key ${path}: offered` };
  if (/encrypted|passphrase/i.test(parsed.message)) return { kind: 'encrypted', note: `key ${path}: needs a passphrase` };
  return { kind: 'unusable', note: `key ${path}: ${parsed.message}` };
}

/** With IdentitiesOnly the agent may show only keys whose public half lies beside an identity file. */
async function agentFor(hop: Hop, socket: string): Promise<BaseAgent> {
  const agent = createAgent(socket);
  if (!hop.identitiesOnly) return agent;
  const allowed = (await Promise.all(hop.identityFiles.map(publicHalf))).flat();
  const all = agent.getIdentities.bind(agent);
  agent.getIdentities = (done) =>
    all((error, keys) =>
      done(
        error,
        (keys ?? []).filter((key) => isAmong(key, allowed)),
      ),
    );
  return agent;
}

/** The agents of ssh2 answer with parsed keys; its types allow more. */
function isAmong(key: unknown, allowed: readonly Buffer[]): boolean {
  const shown = utils.parseKey(key as Buffer);
  return !(shown instanceof Error) && allowed.some((blob) => blob.equals(shown.getPublicSSH()));
}

async function publicHalf(path: string): Promise<Buffer[]> {
  try {
    const parsed = utils.parseKey(await readFile(`${path}.pub`));
    return parsed instanceof Error ? [] : [parsed.getPublicSSH()];
  } catch {
    return [];
  }
}

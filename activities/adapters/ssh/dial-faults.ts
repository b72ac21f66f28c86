/** Why a host was not reached, from what was seen on the wire. Pure. */
import { Fault } from '../../../domain/faults';
import { refused } from './login-offers';
import type { Hop } from './route';
import { addressOf } from './route';

export function unreachable(hop: Hop, what: string, cure?: string): Fault {
  const options = cure === undefined ? {} : { cure };
  return new Fault('BoxUnreachable', `${hop.name} (${addressOf(hop)}) can not be reached: ${what}.`, options);
}

/** A server may say some lines before it. */
export const GREETING = /^SSH-/m;

/** What a dial saw until it failed. */
export interface Seen {
  /** The first bytes of the host. */
  heard: string;
  /** How far it came. */
  reached: string;
  /** Shown by the host before the login. */
  banner: string;
  /** What each side offers, as ssh2 tells it. */
  offers: string[];
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ENOTFOUND: 'the name is not known (ENOTFOUND)',
  EAI_AGAIN: 'the name can not be resolved (EAI_AGAIN)',
  EHOSTUNREACH: 'no route to it (EHOSTUNREACH)',
  ENETUNREACH: 'no network to it (ENETUNREACH)',
};
/** The code counts: Node leaves the message empty where several addresses failed. */
export const wordsOf = (error: Error & { code?: string | number }): string =>
  WORDS[String(error.code)] ?? (error.message || String(error.code ?? error.name));

/** After an error of ssh2 (null: the host closed the connection without one). */
export function dialFault(
  hop: Hop,
  error: (Error & { level?: string }) | null,
  at: { seen: Seen; since: string; notes: readonly string[] },
): Fault {
  const { seen, since, notes } = at;
  if (error?.level === 'client-authentication' || /too many authentication failures/i.test(error?.message ?? '')) {
    const said = seen.banner === '' ? [] : [`it says: ${firstLine(seen.banner)}`];
    return refused(hop, [...notes, error?.message ?? '', ...said], 'the host refused every key');
  }
  if (/no matching/.test(error?.message ?? '')) return noCommonAlgorithm(hop, error?.message ?? '', seen);
  if (!GREETING.test(seen.heard)) return noSsh(hop, error, { seen, since });
  return unreachable(hop, error === null ? `it closed the connection ${since} (${seen.reached})` : `${wordsOf(error)} ${since}`);
}

function noCommonAlgorithm(hop: Hop, message: string, { offers }: Seen): Fault {
  const what = /no matching (.*)/.exec(message)?.[1] ?? 'algorithm';
  return new Fault('NoCommonAlgorithm', `${hop.name} (${addressOf(hop)}) and ssh2 have no ${what} in common.`, {
    // The last that were compared are those without a match.
    evidence: offers.slice(-2),
  });
}

const TURNED_AWAY = /^(Not allowed at this time|Exceeded MaxStartups)/;

function noSsh(hop: Hop, error: Error | null, { seen, since }: { seen: Seen; since: string }): Fault {
  const said = firstLine(seen.heard);
  if (TURNED_AWAY.test(said)) {
    return unreachable(
      hop,
      `its sshd turned us away before the login: "${said}"`,
      'Wait: sshd bars an address for some time after failed logins (PerSourcePenalties), or takes no more that have not logged in yet (MaxStartups). Its log says which; look for a wrong key that keeps trying.',
    );
  }
  if (said !== '') {
    return unreachable(hop, `what answers there is no SSH server: it said "${said}"`, 'Check host and port.');
  }
  if (error !== null && !/before handshake/.test(error.message)) return unreachable(hop, `${wordsOf(error)} ${since}`);
  return unreachable(
    hop,
    `it closed the connection ${since} without a word (${seen.reached})`,
    'An sshd does so when too many wait for a login (MaxStartups), or bars the address; its log says why. Else something other than sshd listens there.',
  );
}

const firstLine = (text: string): string =>
  (text.split(/\r?\n/).find((line) => line.trim() !== '') ?? '')
    .replace(/[^\x20-\x7e]/g, '?')
    .trim()
    .slice(0, 120);

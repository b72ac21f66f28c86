/** Paths as ssh expands them. What is more than a plain `~/` is left to ssh, by way of an option that `ssh -G` prints expanded. */
import { isAbsolute, join, resolve } from 'node:path';
import { Fault } from '../../../domain/faults';
import { askSsh } from './ask-ssh';

export interface Asker {
  /** That ssh answered to for this hop; the name comes last. */
  readonly args: readonly string[];
  /** The account's, of which ssh knows from the passwd database. */
  readonly home: string;
}

/** IdentityFile and CertificateFile: `~`, tokens and `${VARIABLE}`. ssh counts relative paths from where it runs. */
export function expandPath(path: string, asker: Asker): Promise<string> {
  return expand(path, /^~(?!\/|$)|[%$]/, asker);
}

/** GlobalKnownHostsFile: `~` alone. */
export async function expandTilde(path: string, asker: Asker): Promise<string> {
  const [whole, rest] = /^~[^/]+(.*)$/s.exec(path) ?? [];
  if (whole === undefined) return expand(path, /^$/, asker);
  return `${await bySsh(path.slice(0, path.length - (rest ?? '').length), asker)}${rest}`;
}

async function expand(path: string, special: RegExp, asker: Asker): Promise<string> {
  const full = special.test(path) ? await bySsh(path, asker) : path.replace(/^~(?=\/|$)/, asker.home);
  return isAbsolute(full) ? full : resolve(full);
}

/** ControlPath goes through the same expansion, and is printed after it. */
async function bySsh(path: string, { args }: Asker): Promise<string> {
  const answer = await askSsh(['-o', `ControlPath=${quoted(path)}`, ...args]);
  const said = answer?.one('controlpath');
  if (said !== undefined) return said;
  throw new Fault('RouteRefused', `ssh does not say what ${JSON.stringify(path)} means.`, {
    cure: 'Write the whole path into the ssh config file.',
  });
}

/** For `-o KEYWORD=…`. */
export const quoted = (value: string): string => `"${value.replaceAll(/["\\]/g, '\\$&')}"`;

/** A path of fleet.yaml, in which % and $ are letters like others. */
export const literal = (path: string): string => quoted(path.replaceAll('%', '%%'));

export const inFolder = (folder: string, path: string, home: string): string => {
  const full = path.replace(/^~(?=\/|$)/, home);
  return isAbsolute(full) ? full : join(folder, full);
};

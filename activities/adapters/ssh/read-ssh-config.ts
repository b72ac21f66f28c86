/** One question to an ssh config text: what does it say about this host? Keywords in lower case. Pure. */
import { parse } from 'ssh-config';
import { Fault } from '../../../domain/faults';

export interface HostConfig {
  /** The first value said, as ssh takes it. */
  one(keyword: string): string | undefined;
  all(keyword: string): readonly string[];
}
export type SshConfigOf = (host: string, user: string | undefined) => HostConfig;

export function readSshConfig(text: string): SshConfigOf {
  const config = parsed(text);
  return (host, user) => {
    // `Match exec` would run a command: a config file that is merely read must not.
    const options = { ignoreCase: true, matchExec: false };
    const said = config.compute(user === undefined ? { Host: host } : { Host: host, User: user }, options);
    const all = (keyword: string) => [said[keyword] ?? []].flat();
    return { all, one: (keyword) => all(keyword)[0] };
  };
}

function parsed(text: string): ReturnType<typeof parse> {
  try {
    return parse(text);
  } catch (error) {
    throw new Fault('FleetFileInvalid', `The ssh config file can not be read: ${(error as Error).message}.`, {
      cure: 'Mend it; `ssh -G HOST` shows how ssh reads it.',
    });
  }
}

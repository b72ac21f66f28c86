/** What a route depends on besides the `ssh` section of its box. */
import { userInfo } from 'node:os';

export interface Surroundings {
  /** Of the account, by the passwd database: ssh does not look at $HOME. */
  readonly home: string;
  readonly localUser: string;
  /** The folder of fleet.yaml: its relative paths count from here. */
  readonly folder: string;
  readonly agentSocket: string | null;
}

export function accountHere(env: NodeJS.ProcessEnv): Omit<Surroundings, 'folder'> {
  const { homedir: home, username: localUser } = userInfo();
  return { home, localUser, agentSocket: env['SSH_AUTH_SOCK'] ?? null };
}

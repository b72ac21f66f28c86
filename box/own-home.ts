/** Where lockerd's account is at home, whoever started it. */
import { userInfo } from 'node:os';

/** Not $HOME: systemd sets none, and in a shell it may still be that of whoever became root. */
export function ownHome(): string {
  try {
    return userInfo().homedir;
  } catch {
    // An account without an entry, as containers have them.
    return '/';
  }
}

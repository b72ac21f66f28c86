/** Who acts, as claimed: `user@host`. */
import { hostname, userInfo } from 'node:os';

export function actor(): string {
  return `${userName()}@${hostname()}`;
}

/** An account without a name (a bare uid in a container) has none to give. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid${process.getuid?.() ?? '?'}`;
  }
}

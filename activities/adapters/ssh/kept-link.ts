/** One link per box, shared by all its calls: dialled when wanted, again when it broke, closed when nobody used it for a while. */
import type { Link } from './link';

export interface KeptLink {
  /** The link that is up, or the outcome of one dial that all who ask meanwhile share. */
  get(): Promise<Link>;
  /** The link that is up now; does not dial. */
  current(): Link | null;
  close(): void;
}

/** A worker follows fleets for weeks: an idle connection is not worth a slot of the box's sshd. */
const IDLE_MS = 60_000;

export function keepLink(dial: () => Promise<Link>, idleMs: number = IDLE_MS): KeptLink {
  let link: Link | null = null;
  let dialling: Promise<Link> | null = null;
  let closed = false;
  let idle: NodeJS.Timeout | undefined;
  const touch = () => {
    clearTimeout(idle);
    idle = setTimeout(() => link?.close(), idleMs).unref();
  };
  const begin = async () => {
    try {
      link = await dial();
      if (closed) link.close();
      return link;
    } finally {
      dialling = null;
    }
  };
  return {
    current: () => (link?.isUp() ? link : null),
    get: () => {
      touch();
      if (link?.isUp()) return Promise.resolve(link);
      return (dialling ??= begin());
    },
    close: () => {
      closed = true;
      clearTimeout(idle);
      link?.close();
    },
  };
}

/**
 * `box.json`, written by install-box: who this box is and where its things are.
 * The only configuration of lockerd. Absolute paths.
 */
import { z } from 'zod';
import { BoxName } from '../model/ids';

/** Where a box keeps its programs, unless told otherwise. */
export const USUAL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

const Path = z.string().regex(/^\/[^\0]*$/, 'an absolute path');

export const BoxConfig = z.strictObject({
  format: z.literal(1),
  box: BoxName,
  /** What a locker is: a container of LXC's own commands; an instance of LXD or Incus; or a process behind commands of LXC's names (a sandbox without root). */
  kind: z.enum(['lxc', 'lxd', 'incus', 'process']).default('lxc'),
  /** PATH of lockerd and of all that it runs. */
  path: z.string().default(USUAL_PATH),
  /** /var/locker: repos, code, lockers, state. */
  root: Path,
  /** /var/Locker/Me: the owners' data, one folder a locker. Never written. */
  data: Path,
  /** LXC's own path (`-P`); of LXD and Incus the folder `containers`, beside which their socket is. */
  lxcPath: Path,
  /** Which containers are lockers: anchored regular expression. */
  lockerPattern: z.string().default('[a-z0-9-]+'),
  /** A folder with the `config` that new lockers get; without it `<root>/locker-template`. */
  lockerTemplate: Path.optional(),
  /** A unix socket's path has 108 bytes with its end; what is longer would be cut off in silence. */
  socket: Path.max(107, 'at most 107 bytes, as the kernel takes no longer path of a socket'),
  log: Path,
  /** Where release builds run: a user without rights. */
  buildUser: z.string().default('nobody'),
  /** Nobody named a locker's token for so long: lockerd pays what is owed to it and opens what was quiesced. Milliseconds. */
  deadManMs: z.int().min(1_000).default(60_000),
  /** After a boot none more is started while CPU pressure (some avg10, per cent) is above; 100: never mind. */
  bootCpuPressure: z.number().min(0).max(100).default(60),
  /** Bytes that stage leaves free at least. */
  minFreeBytes: z.int().default(256 * 1024 * 1024),
});
export type BoxConfig = z.infer<typeof BoxConfig>;

/** Kept by a daemon. Incus came of LXD, and answers to the same questions. */
export const isLxd = (kind: BoxConfig['kind'] | undefined): kind is 'lxd' | 'incus' => kind === 'lxd' || kind === 'incus';

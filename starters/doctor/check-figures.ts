/** Figures of a box against what Lockstep needs: the same for install-box, before, and doctor, after. Pure. */
import type { LockerProblem } from '../../domain/model/inventory';
import { fail, ok, warn } from './finding';
import type { Finding } from './finding';

const GIB = 1024 ** 3;
const LOW_BYTES = 2 * GIB;
const TOO_LOW_BYTES = GIB / 4;
const LOW_PERCENT = 5;
/** Logs of box and orchestrator are read side by side; deadlines are each end's own. */
const SKEW_WARN_MS = 2_000;
const SKEW_FAIL_MS = 60_000;
const OLDEST_NODE = 18;

export function checkNode(version: string, oldest = OLDEST_NODE): Finding {
  const major = Number(/^v(\d+)/.exec(version)?.[1] ?? 0);
  if (major >= oldest) return ok('Node', version);
  return fail('Node', `${version}, ${oldest} or newer is needed`, `Install Node ${oldest} or newer.`);
}

export function checkDisk({ freeBytes, freePercent }: { freeBytes: number; freePercent: number }, path: string): Finding {
  const seen = `${(freeBytes / GIB).toFixed(1)} GiB free (${freePercent.toFixed(0)} %) at ${path}`;
  const cure = 'Free space: old logs, packages, images; `keepReleases` says how many releases stay.';
  if (freeBytes < TOO_LOW_BYTES) return fail('disk', seen, cure);
  return freeBytes < LOW_BYTES || freePercent < LOW_PERCENT ? warn('disk', seen, cure) : ok('disk', seen);
}

export function checkInodes(freePercent: number): Finding {
  const seen = `${freePercent.toFixed(0)} % free`;
  const cure = 'Many small files: remove what nobody needs, or move `root` of box.json to a filesystem with more.';
  if (freePercent < 1) return fail('inodes', seen, cure);
  return freePercent < LOW_PERCENT ? warn('inodes', seen, cure) : ok('inodes', seen);
}

/** `asked`, `answered`: our clock round the question; theirs lay somewhere between. Epoch milliseconds. */
export function checkClock(theirs: number, { asked, answered }: { asked: number; answered: number }): Finding {
  const off = theirs < asked ? theirs - asked : theirs > answered ? theirs - answered : 0;
  const seconds = Math.abs(off / 1_000).toFixed(1);
  if (off === 0) return ok('clock', 'as ours');
  const seen = `${seconds} s ${off < 0 ? 'behind' : 'ahead of'} ours`;
  const cure = 'Let both keep time: `apt-get install chrony`.';
  if (Math.abs(off) > SKEW_FAIL_MS) return fail('clock', seen, cure);
  return Math.abs(off) > SKEW_WARN_MS ? warn('clock', seen, cure) : ok('clock', seen);
}

export function checkPsi(there: boolean): Finding {
  if (there) return ok('pressure', 'the kernel tells it (PSI)');
  return warn(
    'pressure',
    'the kernel tells no pressure (PSI is off); load average is used',
    'Boot with `psi=1`, or set `pressure.loadPerCore` in the policy.',
  );
}

interface Told {
  readonly check: string;
  readonly good: string;
  readonly cure: string;
}

/** One finding a code: hundreds of lockers often lack the same. */
const PROBLEMS: Readonly<Record<LockerProblem['code'], Told>> = {
  'config-unreadable': { check: 'locker configs', good: 'can be read', cure: 'Mend the config that is named.' },
  'halt-signal-missing': {
    check: 'halt signals',
    good: 'set for every locker',
    cure: 'Set `lxc.signal.halt = SIGTERM` in the configs named, or let `adopt-box` do it.',
  },
  'me-not-mounted': {
    check: '/Me',
    good: 'the expected mount in every locker',
    cure: "Mount the owners' data as the message says, or let `adopt-box` do it.",
  },
  'mount-missing': {
    check: 'mounts',
    good: '/code and /Config come from `current`',
    cure: 'Lockers from before Lockstep: `npm run lockstep -- adopt-box --box NAME`. Else mend the configs named.',
  },
  'autostart-on': {
    check: 'autostart',
    good: "LXC's own is off",
    cure: 'Set `lxc.start.auto = 0` in the configs named (`adopt-box` does it): after a boot lockerd starts the lockers, a few at a time.',
  },
  frozen: { check: 'frozen lockers', good: 'none', cure: 'Thaw them: `lxc-unfreeze -n LOCKER`.' },
};

export interface Troubled {
  readonly name: string;
  readonly problems: readonly LockerProblem[];
}

const SHOWN = 3;

export function checkLockers(lockers: readonly Troubled[], state: 'warn' | 'fail'): Finding[] {
  return Object.entries(PROBLEMS).map(([code, { check, good, cure }]) => {
    const hit = lockers.flatMap(({ name, problems }) =>
      problems.filter((one) => one.code === code).map(({ detail }) => `${name}: ${detail}`),
    );
    if (hit.length === 0) return ok(check, good);
    const more = hit.length > SHOWN ? [`and ${hit.length - SHOWN} more`] : [];
    const seen = [`${hit.length} of ${lockers.length} lockers`, ...hit.slice(0, SHOWN), ...more].join('\n');
    return (code === 'autostart-on' ? warn : make[state])(check, seen, cure);
  });
}

const make = { warn, fail };

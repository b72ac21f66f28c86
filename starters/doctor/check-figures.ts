/** Figures of a box against what Lockstep needs: the same for install-box, before, and doctor, after. Pure. */
import type { KernelLimits, LockerProblem } from '../../domain/model/inventory';
import { fail, ok, skip, warn } from './finding';
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

/** The box's own entry of a locker, and the locker's of its gateway; some lockers speak with each other. */
const NEIGHBOURS_EACH = 2;
/** The rest of the box's. */
const NEIGHBOURS_KEPT = 128;
/** A console, and the four that LXC's own configs give. */
const TERMINALS_EACH = 5;

/** All containers of a box share them, whatever namespaces they have. Nothing else tells that they are used up. */
export function checkKernel({ neighbours, terminals }: KernelLimits, lockers: number): Finding[] {
  const entries = lockers * NEIGHBOURS_EACH + NEIGHBOURS_KEPT;
  return [
    atLeast({ check: 'neighbours', there: neighbours, needed: entries, lockers, cure: neighbourCure(entries) }),
    atLeast({
      check: 'terminals',
      there: terminals,
      needed: lockers * TERMINALS_EACH,
      lockers,
      cure: `\`sysctl -w kernel.pty.max=${powerOver(lockers * TERMINALS_EACH + 1_024)}\`, and the same line in /etc/sysctl.d.`,
    }),
  ];
}

interface Needed {
  readonly check: string;
  readonly there: number | null;
  readonly needed: number;
  readonly lockers: number;
  readonly cure: string;
}

function atLeast({ check, there, needed, lockers, cure }: Needed): Finding {
  if (there === null) return skip(check, 'the kernel tells no limit there');
  const seen = `room for ${there} in the kernel, ${lockers} lockers need about ${needed}`;
  return there >= needed ? ok(check, seen) : warn(check, seen, cure);
}

/** Twice what is needed: sysctl's other two are where the kernel begins to clear away. */
function neighbourCure(needed: number): string {
  const most = powerOver(2 * needed);
  const lines = [1, 2, 3].map((which) => `net.ipv4.neigh.default.gc_thresh${which}=${most / 2 ** (3 - which)}`);
  return `\`sysctl -w ${lines.join(' ')}\`, and the same lines in /etc/sysctl.d: a full table makes healthy lockers silent.`;
}

const powerOver = (count: number): number => 2 ** Math.ceil(Math.log2(Math.max(1, count)));

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
    good: 'code and config come from `current`',
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
    const many = lockers.filter(({ problems }) => problems.some((one) => one.code === code)).length;
    const seen = [`${many} of ${lockers.length} lockers`, ...hit.slice(0, SHOWN), ...more].join('\n');
    return (code === 'autostart-on' ? warn : make[state])(check, seen, cure);
  });
}

const make = { warn, fail };

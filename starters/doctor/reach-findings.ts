/** How far a question to the box came: each step on the way is fine up to the one that the fault belongs to. Pure. */
import type { FaultCode, FaultDetails } from '../../domain/faults';
import { fail, ok, skip, warn } from './finding';
import type { Finding } from './finding';

const STEPS = ['reach', 'host key', 'login', 'lockerd', 'protocol', 'box name', 'answer'] as const;
type Step = (typeof STEPS)[number];

const GOOD: Readonly<Record<Step, string>> = {
  reach: 'its sshd answers',
  'host key': 'the known one',
  login: 'let in',
  lockerd: 'answers',
  protocol: 'the same',
  'box name': 'the same',
  answer: 'understood',
};

const STEP_OF: Readonly<Partial<Record<FaultCode, Step>>> = {
  FleetFileInvalid: 'reach',
  RouteRefused: 'reach',
  BoxUnreachable: 'reach',
  NoCommonAlgorithm: 'reach',
  HostKeyUnknown: 'host key',
  HostKeyMismatch: 'host key',
  LoginRefused: 'login',
  LockerdMissing: 'lockerd',
  ProtocolMismatch: 'protocol',
  WrongBox: 'box name',
};

/** `fault` null: it was answered. */
export function reachFindings(fault: FaultDetails | null): Finding[] {
  const stop = fault === null ? null : (STEP_OF[fault.code] ?? 'answer');
  const at = stop === null ? STEPS.length : STEPS.indexOf(stop);
  return STEPS.map((step, index) => {
    if (index < at || fault === null) return ok(step, GOOD[step]);
    if (index > at) return skip(step, `not looked at: ${stop} failed`);
    return fail(step, [fault.sentence, ...fault.evidence].join('\n'), fault.cure);
  });
}

/** What a login that asks for a shell comes to; null: it could not be asked. */
export function forcedFinding(said: { readonly shell: boolean } | null): Finding {
  if (said === null) return skip('forced command', 'not looked at: no login');
  if (!said.shell) return ok('forced command', "the rollouts' key opens the relay, and nothing else");
  return warn(
    'forced command',
    "the rollouts' key opens a shell",
    'Let install-box set up an account and a forced command: give the box a `user` of its own in the fleet file, and run it.',
  );
}

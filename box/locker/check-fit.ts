/** Throws before anything is touched: what must be mended before this locker may be stopped or started. */
import { Fault } from '../../domain/faults';
import type { FaultCode } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { LockerProblem } from '../../domain/model/inventory';
import type { BoxContext } from '../context';
import { lockerProblems } from '../inspect/preflight';
import type { Seen } from '../lxc/lxc';

type Doing = 'stop' | 'start';

/** null: no reason to refuse. lockerd thaws what is frozen, and does not mind LXC's autostart. */
const REFUSALS: Readonly<Record<LockerProblem['code'], Readonly<Record<Doing, FaultCode | null>>>> = {
  'halt-signal-missing': { stop: 'HaltSignalMissing', start: null },
  'me-not-mounted': { stop: 'MeNotMounted', start: 'MeNotMounted' },
  'mount-missing': { stop: 'LockerUnfit', start: 'LockerUnfit' },
  'config-unreadable': { stop: 'LockerUnfit', start: 'LockerUnfit' },
  'autostart-on': { stop: null, start: null },
  frozen: { stop: null, start: null },
};

export async function checkFit(box: BoxContext, locker: LockerName, doing: Doing): Promise<void> {
  for (const { code, detail } of await problemsOf(box, locker)) {
    const fault = REFUSALS[code][doing];
    if (fault)
      throw new Fault(fault, `Locker ${locker} on ${box.config.box}: ${code.replaceAll('-', ' ')}.`, { evidence: [detail] });
  }
}

const problemsOf = async (box: BoxContext, locker: LockerName) =>
  lockerProblems(box, locker, { initPid: (await box.lxc.see(locker)).init?.pid ?? null });

/** A bare stop ends with the locker down: whether it could start again is not the question. */
export async function checkStoppable(box: BoxContext, locker: LockerName): Promise<void> {
  const problem = (await problemsOf(box, locker)).find(({ code }) => code === 'halt-signal-missing');
  if (problem)
    throw new Fault('HaltSignalMissing', `Locker ${locker} on ${box.config.box} has no halt signal.`, {
      evidence: [problem.detail],
    });
}

export async function seeLocker(box: BoxContext, locker: LockerName): Promise<Seen> {
  const seen = await box.lxc.see(locker);
  if (seen.state === 'missing') throw new Fault('UnknownLocker', `There is no locker ${locker} on ${box.config.box}.`);
  return seen;
}

/**
 * `lockerctl adopt`: what `adopt-box` runs on the box as root. One command as JSON on stdin, frames as JSON
 * lines on stdout. Looks without asking anybody; changes only with the box's lease in hand, like a script.
 */
import { AdoptCommand } from '../../domain/adopt/adoption';
import type { AdoptFrame, AdoptRequest } from '../../domain/adopt/adoption';
import { Fault } from '../../domain/faults';
import type { LockerName } from '../../domain/model/ids';
import type { SeenLocker } from '../../domain/model/inventory';
import { connectBox } from '../client/connect-box';
import type { Here } from '../client/connect-box';
import { openLockerd } from '../client/call-lockerd';
import type { BoxContext } from '../context';
import { faultOf } from '../fault-of';
import { makeContext } from '../lockerd';
import { adoptLockers } from './adopt-lockers';
import { holdAlone } from './hold-alone';
import type { Alone } from './hold-alone';
import { seeAdoption } from './see-adoption';
import { seeUndo, undoAdoption } from './undo-adoption';

const tell = (frame: AdoptFrame): void => void process.stdout.write(`${JSON.stringify(frame)}\n`);
const progress = (line: string): void => tell({ progress: line });

export async function adopt(here: Here): Promise<number> {
  try {
    // The files that are made belong to everybody's reading, whatever the admin's mask is.
    process.umask(0o022);
    // Whoever asked may hang up: what was begun comes to its end.
    process.stdout.on('error', () => {});
    await carryOut(here, makeContext(here.configFile), AdoptCommand.parse(JSON.parse(await stdinText())));
    return 0;
  } catch (error) {
    const { code, sentence, cure, evidence } = faultOf(error).details;
    tell({ fault: { code, sentence, cure, evidence: [...evidence] } });
    return 1;
  }
}

async function carryOut(here: Here, box: BoxContext, command: AdoptCommand): Promise<void> {
  if (box.config.kind === 'process')
    throw new Fault('BoxUnfit', `The lockers of ${box.config.box} are processes, not containers: there is nothing to adopt.`, {
      cure: 'Adopt a box with LXC.',
    });
  switch (command.do) {
    case 'plan':
      return tell({ plan: (await seeAdoption(box, command.request, await lockersOf(here))).plan });
    case 'plan-undo':
      return tell({ undoPlan: await seeUndo(box, command.only, await lockersOf(here)) });
    case 'adopt':
      return tell({ adopted: await holdAlone(here, 'adopt-box', (alone) => adoptAll(box, command, alone)) });
    case 'undo':
      return tell({ undone: await holdAlone(here, 'adopt-box --undo', (alone) => undoAll(box, command, alone)) });
  }
}

async function lockersOf(here: Here): Promise<readonly SeenLocker[]> {
  const lockerd = await openLockerd(await connectBox(here));
  try {
    return (await lockerd.call('inspect', { target: null })).lockers;
  } finally {
    lockerd.close();
  }
}

async function adoptAll(
  box: BoxContext,
  { request, digest }: { request: AdoptRequest; digest: string },
  { lockers, by }: Alone,
): Promise<LockerName[]> {
  const adoption = await seeAdoption(box, request, lockers);
  assertSame(adoption.plan.digest, digest);
  const unfit = adoption.plan.lockers.filter(({ problems }) => problems.length > 0);
  if (unfit.length > 0)
    throw new Fault(
      'LockerUnfit',
      `${unfit.length} lockers on ${box.config.box} can not be adopted as they are; nothing was changed.`,
      {
        evidence: unfit
          .flatMap(({ name, problems }) => problems.map(({ code, detail }) => `${name}: ${code}: ${detail}`))
          .slice(0, 12),
        cure: 'Mend what is named, or adopt the others first: --only LOCKER,LOCKER.',
      },
    );
  return adoptLockers(box, { request, adoption, by, progress });
}

async function undoAll(
  box: BoxContext,
  { only, digest }: { only: readonly LockerName[]; digest: string },
  { lockers }: Alone,
): Promise<LockerName[]> {
  const plan = await seeUndo(box, only, lockers);
  assertSame(plan.digest, digest);
  return undoAdoption(box, plan, { progress });
}

function assertSame(now: string, shown: string): void {
  if (now === shown) return;
  throw new Fault('WorldChanged', 'The box changed since the plan was shown; nothing was changed.', {
    cure: 'Run adopt-box again and look at the new plan.',
  });
}

async function stdinText(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) text += String(chunk);
  if (text.trim() !== '') return text;
  throw new Fault('BadRequest', '`lockerctl adopt` takes a command on stdin.', {
    cure: 'Run `npm run lockstep -- adopt-box --box NAME`.',
  });
}

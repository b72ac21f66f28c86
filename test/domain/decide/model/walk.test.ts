/**
 * The decider, walked at random: plans of every kind, a box that answers well, badly, late and
 * twice, people who say the right and the wrong, clocks, pauses and deaths. After each step every
 * rule of `rules/` is judged. A failing walk prints its seed and path: LOCKSTEP_SEED=… LOCKSTEP_PATH=…
 * walks it again; LOCKSTEP_WALKS=… makes it longer.
 *
 * Each rule was seen to catch what it is for, by breaking the decider:
 *   slots                           lost lockers keep no slot; maxDown + 1 on the way back
 *   unproven                        one more may be unproven
 *   nothingBeginsInAHalt            a hold does not halt
 *   nothingIsStoppedInAHalt         a locker whose drain ends in a pause is updated
 *   batchAfterBatch                 the next batch begins when half of the former has ended
 *   noGateIsPassedUnapproved        one approval opens every gate
 *   onlyInAWindow                   windows are not looked at
 *   oneEndEach                      a locker that waits again keeps an end
 *   noTokenTwice                    a restore keeps the cycle of its update
 *   theEndIsTrue                    a locker that goes back is called skipped
 *   nobodyIsWellUnseen              a killed locker is updated without being verified
 *   successIsWhole                  skipped lockers are a success
 *   theBudgetIsExact                one failure more is allowed; a baseline failure counts
 *   itStopsWhereItSays              status names one failure too many
 *   unreachableOnesApart            one unreachable locker more is allowed
 *   aRepeatChangesNothing           answers of another cycle count; an ended locker is verified again
 *   aRefusedMessageChangesNothing   any approval opens any gate
 *   onlyWhatWasChangedGoesBack      a locker that came from nothing is to go back
 *   nobodyIsLeftUnlisted            a locker whose link alone was moved stays there
 *   aSoakIsAsLongAsItIs             clocks run on in a pause; a soak counts from the first end
 *   aGateWaitsAsLongAsItSays        silence approves
 *   aPauseEndsWhenItSays            a pause ends a second early; the policy's way back ends it
 *   whatAHoldNamesLiftsIt           a resume acknowledges nothing; a hold on the way back names the way back
 *   aHoldIsThereOnce                holds pile up
 *   itAsksForWhatIsAllowed          the hold of a gate outlives the gate
 *   aStuckLockerIsHeldFor           an abort waits for nobody; its hold names resume
 *   aNoIsANo                        resume goes past a rejection
 *   itNeverWaitsForNothing          a roll-back forgets a locker
 *   drainsAreTakenBackInAHalt       no drain is recalled in a pause
 *   itIsAllInWhatIsWritten          a pause without an end ends at infinity
 */
import * as fc from 'fast-check';
import { command } from './commands';
import { plans } from './draw-plan';
import { walk } from './walk';

/** Of more than a hundred steps each: more than 10,000 in all. */
const WALKS = 150;
const RUNS = Number(process.env['LOCKSTEP_WALKS'] ?? WALKS);
const seed = Number(process.env['LOCKSTEP_SEED'] ?? Date.now() % 1_000_000_000);
/** Of one walk, as a failure prints it. */
const path = process.env['LOCKSTEP_PATH'];

test('whatever the box, the people and the clock do, no rule of a rollout is broken and it comes to its end', () => {
  let steps = 0;
  const commands = fc.array(command, { minLength: 1, maxLength: 150, size: 'max' });
  let told: readonly string[] = [];
  const whole = fc.property(plans, commands, (plan, drawn) => {
    const { broken, trace, steps: taken } = walk(plan, drawn);
    steps += taken;
    if (broken === null) return true;
    told = [broken, JSON.stringify({ limits: plan.limits, policy: plan.policy, batches: plan.batches }), ...trace.slice(-60)];
    return false;
  });
  const { failed, counterexamplePath } = fc.check(whole, {
    seed,
    numRuns: RUNS,
    interruptAfterTimeLimit: 200_000,

    ...(path === undefined ? {} : { path, endOnFailure: true }),
  });
  // The last one told is the shortest.
  if (failed) throw new Error([`LOCKSTEP_SEED=${seed} LOCKSTEP_PATH=${counterexamplePath}`, ...told].join('\n'));
  process.stdout.write(`${steps} steps of the decider, LOCKSTEP_SEED=${seed}\n`);
  if (path === undefined && RUNS === WALKS) expect(steps).toBeGreaterThanOrEqual(10_000);
}, 240_000);

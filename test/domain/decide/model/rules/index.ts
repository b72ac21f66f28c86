/** Every rule by the name that a failing walk prints. */
import type { Rule } from '../step';
import {
  batchAfterBatch,
  noGateIsPassedUnapproved,
  nothingBeginsInAHalt,
  nothingIsStoppedInAHalt,
  onlyInAWindow,
} from './begins';
import { itStopsWhereItSays, theBudgetIsExact, unreachableOnesApart } from './budgets';
import { onlyARightAnswerCounts } from './answers';
import { aGateWaitsAsLongAsItSays, aPauseEndsWhenItSays, aSoakIsAsLongAsItIs, aStandstillIsSeen } from './clocks';
import { endedStaysEnded, nobodyIsWellUnseen, noTokenTwice, oneEndEach, successIsWhole, theEndIsTrue } from './ends';
import { aHoldIsThereOnce, aNoIsANo, aStuckLockerIsHeldFor, itAsksForWhatIsAllowed, whatAHoldNamesLiftsIt } from './holds';
import { slots, unproven } from './limits';
import { aRefusedMessageChangesNothing, aRepeatChangesNothing, whatIsLetInTakesEffect } from './repeats';
import { drainsAreTakenBackInAHalt, itIsAllInWhatIsWritten, itNeverWaitsForNothing } from './waits';
import { nobodyIsLeftUnlisted, noOneGoesBackTwice, onlyWhatWasChangedGoesBack } from './way-back';

export const RULES: Readonly<Record<string, Rule>> = {
  slots,
  unproven,
  nothingBeginsInAHalt,
  nothingIsStoppedInAHalt,
  batchAfterBatch,
  noGateIsPassedUnapproved,
  onlyARightAnswerCounts,
  onlyInAWindow,
  endedStaysEnded,
  oneEndEach,
  noTokenTwice,
  theEndIsTrue,
  nobodyIsWellUnseen,
  successIsWhole,
  theBudgetIsExact,
  itStopsWhereItSays,
  unreachableOnesApart,
  aRepeatChangesNothing,
  aRefusedMessageChangesNothing,
  whatIsLetInTakesEffect,
  onlyWhatWasChangedGoesBack,
  noOneGoesBackTwice,
  nobodyIsLeftUnlisted,
  aSoakIsAsLongAsItIs,
  aGateWaitsAsLongAsItSays,
  aPauseEndsWhenItSays,
  aStandstillIsSeen,
  whatAHoldNamesLiftsIt,
  aHoldIsThereOnce,
  itAsksForWhatIsAllowed,
  aStuckLockerIsHeldFor,
  aNoIsANo,
  itNeverWaitsForNothing,
  drainsAreTakenBackInAHalt,
  itIsAllInWhatIsWritten,
};

/** From flags and fleet file to what the box is asked. */
import { AdoptRequest } from '../../domain/adopt/adoption';
import { Fault } from '../../domain/faults';
import { LockerName } from '../../domain/model/ids';
import { serviceConfigOf, stageTargetOf } from '../../domain/model/service-of';
import type { Release } from '../../domain/model/release';
import type { Session, SharedOptions } from '../session';
import type { AdminLogin } from './admin-route';

export interface AdoptOptions extends SharedOptions, AdminLogin {
  readonly code?: string;
  readonly me?: string;
  readonly configFiles?: string;
  readonly rest?: string;
  readonly build?: string;
  readonly only?: string;
  readonly undo?: boolean;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

/** Fault: PolicyInvalid, naming the flag. */
export function adoptRequest({ fleet, box }: Session, options: AdoptOptions): AdoptRequest {
  // The release is of no matter here: only the values are taken.
  const { values, lockerValues } = stageTargetOf(fleet, box, {} as Release);
  const { code = null, me = null, configFiles: config = null, rest = null, build = null } = options;
  const asked = { service: serviceConfigOf(fleet, box), values, lockerValues, code, me, config, rest, build };
  const parsed = AdoptRequest.safeParse({ ...asked, only: onlyOf(options) });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const flag = String(issue?.path[0] ?? '');
  throw wrong(flag === 'config' ? 'config-files' : flag, issue?.message ?? '');
}

/** Empty: all. */
export function onlyOf({ only }: AdoptOptions): LockerName[] {
  return (only ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
    .map((name) => {
      const parsed = LockerName.safeParse(name);
      if (parsed.success) return parsed.data;
      throw wrong('only', `${JSON.stringify(name)}: ${parsed.error.issues[0]?.message}`);
    });
}

const wrong = (flag: string, message: string): Fault =>
  new Fault('PolicyInvalid', `--${flag} can not be used: ${message}.`, { cure: 'adopt-box --help says what it takes.' });

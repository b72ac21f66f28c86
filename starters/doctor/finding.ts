/** What one check came to. `skip`: it could not be looked at, because of another finding or for want of a login. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skip';
  /** What was seen; never empty. */
  readonly seen: string;
  /** What to do; empty where nothing is to be done. */
  readonly cure: string;
}

export const ok = (check: string, seen: string): Finding => ({ check, state: 'ok', seen, cure: '' });
export const warn = (check: string, seen: string, cure: string): Finding => ({ check, state: 'warn', seen, cure });
export const fail = (check: string, seen: string, cure: string): Finding => ({ check, state: 'fail', seen, cure });
export const skip = (check: string, seen: string): Finding => ({ check, state: 'skip', seen, cure: '' });

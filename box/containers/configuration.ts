/**
 * The second port to containers, beside lxc/lxc.ts which runs them: how one is configured, whoever keeps that. It is
 * said in LXC's words, which are what every manager of LXC containers hands to LXC in the end. Looks and effects;
 * what is to be changed is decided elsewhere (domain/adopt/wanted-config.ts).
 */
import type { AdoptProblem } from '../../domain/adopt/adoption';
import type { LxcSource } from '../../domain/adopt/lxc-config';
import type { Digest, LockerName } from '../../domain/model/ids';
import type { LxcSettings } from '../inspect/lxc-settings';

export interface Wanted {
  readonly text: string;
  /** For people: `- …` goes, `+ …` comes. */
  readonly difference: readonly string[];
  /** Why it can not be written so. */
  readonly problems: readonly AdoptProblem[];
}

export interface Configuration {
  /** Every container that is configured here, whether or not it is a locker; sorted. */
  names(): Promise<string[]>;
  has(locker: LockerName): Promise<boolean>;
  /** Where a person finds it. */
  placeOf(locker: LockerName): string;
  /** What counts, includes followed. Throws what makes it unreadable. */
  settings(locker: LockerName): Promise<LxcSettings>;
  /** Its own part, which may be changed. Throws where it is not to be read. */
  text(locker: LockerName): Promise<string>;
  /** That with all that it names, which belongs to others too. Throws where LXC could not read it either. */
  source(locker: LockerName, text: string): Promise<LxcSource>;
  /** Of its own part, and of the one that was kept; null: not there. */
  digests(locker: LockerName): Promise<{ readonly now: Digest | null; readonly original: Digest | null }>;
  /** How the text will read once it is written, and what that changes in the words of whoever keeps it. */
  asWritten(locker: LockerName, wanted: Wanted): Promise<Wanted>;
  /** Lays `text` aside, which it must read like now. Throws WorldChanged. */
  keepOriginal(locker: LockerName, text: string): Promise<void>;
  /** Counts from its next start on; no process is touched. */
  write(locker: LockerName, text: string): Promise<void>;
  /** The kept one in place again; nothing is kept then. */
  bringBack(locker: LockerName): Promise<void>;
  forgetOriginal(locker: LockerName): Promise<void>;
}

/**
 * Everything that the judges look at. Plain data from outside: files of the box, what the lockers
 * answered and wrote down, what /proc and LXC show. Times are epoch milliseconds of the one clock
 * that host, box and lockers share.
 */
import type { JournalRecord } from '../../../box/journal/records';
import type { LockerEnd } from '../../../domain/model/outcome';
import type { BootEvent } from '../../support/sandbox';
import type { DataPicture } from './data-picture';

/** One question to a locker. */
export interface Probe {
  /** When it was asked, and when that was answered or given up. */
  readonly at: number;
  readonly till: number;
  readonly locker: string;
  readonly ok: boolean;
}

/** What `current` was seen to name, noted at each change. */
export interface ReleaseSight {
  readonly at: number;
  readonly locker: string;
  /** The link's own text; null: there is none. */
  readonly target: string | null;
  /** What is missing of the release that it names; empty: it is whole. */
  readonly missing: readonly string[];
}

export interface Container {
  readonly state: 'running' | 'stopped' | 'frozen' | 'other';
  /** Of the locker's init, in the kernel's clock ticks. */
  readonly startTime: string | null;
  /** What is missing of the code and config that it has mounted. */
  readonly missing: readonly string[];
}

/** What the rollout itself reported. */
export interface Reported {
  readonly counts: Readonly<Record<string, number>> | null;
  readonly ends: ReadonlyMap<string, LockerEnd>;
  /** That it was to bring; null: not told. */
  readonly build: string | null;
}

export interface Evidence {
  readonly lockers: readonly string[];
  /** When the before picture was taken. */
  readonly since: number;
  readonly now: number;
  /** What build each locker answered before; null: it did not serve. */
  readonly buildsBefore: ReadonlyMap<string, string | null>;
  /** And now. */
  readonly answers: ReadonlyMap<string, string | null>;
  /** All that is there, oldest first; what came before `since` too. */
  readonly journal: readonly JournalRecord[];
  readonly bootLogs: ReadonlyMap<string, readonly BootEvent[]>;
  readonly probes: readonly Probe[];
  readonly releases: readonly ReleaseSight[];
  readonly containers: ReadonlyMap<string, Container>;
  /** Build of each version directory that was ever seen: `locker/version`. */
  readonly builds: ReadonlyMap<string, string>;
  readonly dataBefore: ReadonlyMap<string, DataPicture>;
  readonly data: ReadonlyMap<string, DataPicture>;
  /** Files and folders that nobody may leave behind. */
  readonly leftovers: readonly string[];
  /** Process ids of lockerd. */
  readonly lockerds: readonly number[];
  readonly reported: Reported;
}

export interface Limits {
  readonly maxDown: number;
  readonly maxUnproven: number;
}

/** held and terminated ones keep their lease. */
export type JudgedEnd = 'ended' | 'held' | 'terminated';

export interface Verdict {
  readonly limits: Limits;
  readonly end: JudgedEnd;
  /** Lockers that the rollout itself lists as failed: nobody claims that they are well. */
  readonly failed: readonly string[];
}

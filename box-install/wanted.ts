/**
 * What install-box wants on a host, what it finds there, and what it wrote down: plain data that both
 * ends share. Every change is one of these kinds, can be shown before it is made, and undone from its entry.
 */
import type { KernelLimits, LockerProblem } from '../domain/model/inventory';
import type { BoxConfig } from '../domain/protocol/box-config';

/** A login that may do nothing but what its key's line says. */
interface WantedAccount {
  readonly kind: 'account';
  readonly name: string;
}
interface WantedFolder {
  readonly kind: 'folder';
  readonly path: string;
}
export interface WantedFile {
  readonly kind: 'file';
  readonly path: string;
  readonly mode: number;
  readonly text: string;
  /** In a word or two, where the text itself is too long to be shown. */
  readonly about?: string;
  /** sudo reads the whole folder: a file that it can not parse locks everybody out. */
  readonly sudoers?: boolean;
}
interface WantedLink {
  readonly kind: 'link';
  readonly path: string;
  readonly target: string;
}
/** One line a key in the account's authorized_keys. */
export interface WantedKey {
  readonly kind: 'key';
  readonly account: string;
  readonly command: string;
  readonly publicKey: string;
}
/** Enabled and started; whoever runs from elsewhere makes way. */
interface WantedUnit {
  readonly kind: 'unit';
  readonly name: string;
  readonly bundle: string;
  readonly pidFile: string;
}
/** lockerd runs, from these files; whoever runs from older ones makes way. */
export interface WantedLockerd {
  readonly kind: 'lockerd';
  readonly lockerctl: string;
  readonly bundle: string;
  readonly pidFile: string;
  /** What a running one has read: when one of these changes, it makes way. */
  readonly readBy: readonly string[];
  /** What lockerd itself makes, all of it ours. */
  readonly leaves: readonly string[];
}

export type Wanted = WantedAccount | WantedFolder | WantedFile | WantedLink | WantedKey | WantedUnit | WantedLockerd;

/** Bytes as they were: null, nothing was there. */
export interface FileBefore {
  readonly base64: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
}

/** Written before the change is made; the first `before` of a thing is kept through every upgrade. */
export type Entry = { readonly id: string; readonly at: string; readonly folders: readonly string[] } & (
  | { readonly kind: 'account'; readonly name: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string; readonly before: FileBefore | null; readonly digest: string }
  | { readonly kind: 'link'; readonly path: string; readonly before: string | null; readonly target: string }
  | {
      readonly kind: 'key';
      readonly path: string;
      readonly before: FileBefore | null;
      readonly replaced: readonly string[];
      readonly line: string;
    }
  | { readonly kind: 'unit'; readonly name: string }
  | { readonly kind: 'lockerd'; readonly bundle: string; readonly pidFile: string; readonly leaves: readonly string[] }
);

export interface InstallRecord {
  readonly format: 1;
  /** Made for the record itself. */
  readonly folders: readonly string[];
  readonly entries: readonly Entry[];
}

/** One change, as it is shown before it is made. */
export interface Change {
  readonly id: string;
  readonly sign: '+' | '~' | '-';
  readonly text: string;
  /** What will stand there, or goes. */
  readonly lines: readonly string[];
}

export interface Plan {
  readonly changes: readonly Change[];
  /** Left as they are, with the reason. */
  readonly stays: readonly string[];
  /** Of `changes`: what is done is what was shown. */
  readonly digest: string;
}

export interface SeenContainer {
  readonly name: string;
  readonly problems: readonly LockerProblem[];
}

/** What the host is like; nothing is changed to find out. */
export interface HostFacts {
  /** ISO time, the host's clock. */
  readonly at: string;
  readonly node: string;
  readonly lxc: string | null;
  readonly git: string | null;
  readonly flock: boolean;
  readonly visudo: boolean;
  readonly sudo: boolean;
  readonly pid1: string;
  readonly systemd: boolean;
  readonly rcFolders: readonly string[];
  readonly cron: boolean;
  readonly psi: boolean;
  readonly kernel: KernelLimits;
  readonly disk: {
    readonly path: string;
    readonly freeBytes: number;
    readonly freePercent: number;
    readonly freeInodesPercent: number;
  };
  readonly lxcPathThere: boolean;
  /** Proxmox VE keeps containers of its own on this host. */
  readonly proxmox: boolean;
  readonly containers: readonly SeenContainer[];
  /** Boot hooks of ours that are there. */
  readonly hooks: readonly string[];
  readonly recorded: boolean;
  /** `box.json` as it is; null: there is none that can be read. */
  readonly installed: Readonly<Record<string, unknown>> | null;
}

/** What is on the box that an uninstall must not walk away from. */
export interface Bonds {
  readonly lockerd: 'answers' | 'silent';
  readonly lease: string | null;
  readonly owed: readonly string[];
  readonly adopted: boolean;
}

/** What flags say of `box.json`; the rest is as it was, else usual. */
export type AskedConfig = Partial<Pick<BoxConfig, 'kind' | 'root' | 'data' | 'lxcPath' | 'lockerPattern'>>;

export type Command =
  | { readonly do: 'look'; readonly asked: AskedConfig; readonly places: Places }
  | { readonly do: 'plan'; readonly places: Places; readonly wanted: readonly Wanted[] }
  | { readonly do: 'install'; readonly places: Places; readonly wanted: readonly Wanted[]; readonly digest: string }
  | { readonly do: 'plan-undo'; readonly places: Places }
  | { readonly do: 'undo'; readonly places: Places; readonly digest: string };

export interface Places {
  /** box.json. */
  readonly config: string;
  /** Of what was changed, and what was there before. */
  readonly record: string;
}

/** One JSON object a line on stdout. */
export type Frame =
  | { readonly facts: HostFacts }
  | { readonly plan: Plan }
  | { readonly undoPlan: Plan; readonly bonds: Bonds | null }
  | { readonly step: string }
  | { readonly lockerd: { readonly exit: number | null; readonly lines: readonly string[] } }
  | { readonly changedMeanwhile: Plan }
  | { readonly done: true }
  | { readonly failed: { readonly sentence: string; readonly evidence: readonly string[] } };

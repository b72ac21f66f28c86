/**
 * What every part of lockerd is handed: who this box is, where its things are, and its ports.
 * Made once in lockerd.ts; tests make one with a fake `Lxc` and a temporary root.
 */
import type { BoxConfig } from '../domain/protocol/box-config';
import type { Lxc } from './lxc/lxc';
import type { BoxPaths } from './paths';

export interface BoxContext {
  readonly config: BoxConfig;
  readonly paths: BoxPaths;
  readonly lxc: Lxc;
  /** The product's version, as lockerd answers in its handshake. */
  readonly version: string;
  /** Of the kernel: a stop intent of another boot says nothing about a process of this one. */
  readonly bootId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How this very program is started again, to be followed by its arguments; absent where it has no file of its own. */
  readonly self?: readonly string[];
  /** One line into lockerd's log. */
  readonly log: (line: string) => void;
}

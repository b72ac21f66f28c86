/** The halt signal, once. */
import { constants } from 'node:os';
import { sentUnset } from '../../domain/adopt/halt-signal';
import type { LockerName } from '../../domain/model/ids';
import type { Configuration } from '../containers/configuration';
import { endsBy } from '../inspect/ends-by';
import type { Ran } from '../run';
import * as commands from './commands';
import type { InitProcess } from './lxc';
import { lives, lxc } from './see';
import { signalInit } from './signal-init';

/**
 * Where `lxc-stop -W` says by its exit code that it sent nothing (its monitor does not answer, say), the
 * signal goes straight to the init: else it would be killed at its deadline without ever having been
 * asked. One that had to be cut off may have sent it, and nobody sends it again.
 */
export async function signalStop({ lxcPath, configuration }: Through, name: LockerName, init: InitProcess): Promise<Ran> {
  const ran = await lxc(commands.signalStop(lxcPath, name));
  if (ran.code === 0 || ran.code === null || !lives(init)) return ran;
  await signalHalt(configuration, name, init);
  return ran;
}

interface Through {
  readonly lxcPath: string;
  readonly configuration: Configuration;
}

/** The signal of its configuration; where none is set, by LXC's own rule. */
export async function signalHalt(configuration: Configuration, name: LockerName, init: InitProcess): Promise<void> {
  const set = (await configuration.settings(name)).get('lxc.signal.halt')?.at(-1);
  const signal = set === undefined ? sentUnset(await endsBy(init.pid)) : haltSignal(set);
  if (signal !== null) signalInit(init, signal);
}

/** `SIGTERM`, `SIGRTMIN+3` or a number, as LXC takes them; null: no signal that could be sent. */
export function haltSignal(text: string): number | null {
  const name = text.toUpperCase();
  if (/^\d+$/.test(name)) return Number(name) || null;
  const realTime = /^SIGRTM(IN|AX)(?:([+-])(\d+))?$/.exec(name);
  if (!realTime) return (constants.signals as Readonly<Record<string, number>>)[name] ?? null;
  const [, end, sign, by] = realTime;
  return (end === 'IN' ? RT_MIN : RT_MAX) + (by === undefined ? 0 : Number(`${sign}${by}`));
}

/** As the C library has them: two below are its own. */
const RT_MIN = 34;
const RT_MAX = 64;

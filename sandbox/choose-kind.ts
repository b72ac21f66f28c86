/**
 * What the lockers of a box are made of: LXC containers wherever the machine can, else plain processes,
 * which need no root. A box stays what it was made of. Pure.
 */
import { Fault } from '../domain/faults';
import { lackOf, requireSandboxTools } from './require-sandbox-tools';
import type { Lack, Machine } from './require-sandbox-tools';
import type { BoxKind } from './sandbox-state';

export interface KindWish {
  readonly box: string;
  /** null: the box is not there yet. */
  readonly known: BoxKind | null;
  readonly wished: BoxKind | null;
}
export interface KindChoice {
  readonly kind: BoxKind;
  /** For people, where it is not the real thing: why, and how to get that. */
  readonly note: string | null;
}

export function chooseKind(machine: Machine, { box, known, wished }: KindWish): KindChoice {
  if (known !== null && wished !== null && known !== wished) {
    throw new Fault('SandboxUnavailable', `Box ${box} is made of ${WORDS[known]}.`, { cure: `${DOWN}, then \`up\` again.` });
  }
  const lack = lackOf(machine);
  const kind = known ?? wished ?? (lack === null ? 'lxc' : 'process');
  if (kind === 'lxc') {
    requireSandboxTools(machine);
    return { kind, note: null };
  }
  requireProcessTools(machine);
  return { kind, note: `box ${box}: lockers are plain processes here, not LXC containers ${whyNot(lack, known)}` };
}

const WORDS = { lxc: 'LXC containers', process: 'processes' } as const;
const DOWN = 'Run `npm run sandbox -- down`';

function whyNot(lack: Lack | null, known: BoxKind | null): string {
  if (lack !== null) return `(missing: ${lack.things.join(', ')}). For real ones ${asWords(lack.cure)}`;
  return known === null ? '(asked for)' : `(made so). For real ones ${asWords(DOWN)}, then this again`;
}

/** Inside a sentence. */
const asWords = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1).replace(/\.$/, '');

/** Both are on every Linux that has git and a shell, nearly. */
const NEEDED = { git: 'git', flock: 'util-linux' } as const;

function requireProcessTools(machine: Machine): void {
  if (machine.platform !== 'linux') {
    throw new Fault('SandboxUnavailable', `A sandbox box can not be made on ${machine.platform}.`, {
      cure: 'Use Linux: a virtual machine or a container will do. Real boxes can be updated from here all the same.',
    });
  }
  const missing = Object.entries(NEEDED).filter(([command]) => !machine.has(command));
  if (missing.length === 0) return;
  const names = missing.map(([command]) => command).join(', ');
  throw new Fault('SandboxUnavailable', `A sandbox box can not be made here: ${names} missing.`, {
    cure: `As root: apt-get install -y ${missing.map(([, name]) => name).join(' ')}`,
  });
}

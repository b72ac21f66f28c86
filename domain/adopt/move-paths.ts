/** Where a config names a place in the locker that moves, it is to name the new one: init's command line, its folder and environment. Pure. */
import type { AdoptProblem } from './adoption';
import { allOf, lastOf } from './lxc-config';
import type { LxcSetting } from './lxc-config';
import type { MovedPlace } from './wanted-mounts';

export interface MovedPaths {
  readonly drop: readonly LxcSetting[];
  readonly add: readonly string[];
  readonly problems: readonly AdoptProblem[];
}

export function movePaths(settings: readonly LxcSetting[], moved: readonly MovedPlace[]): MovedPaths {
  const single = ['lxc.init.cmd', 'lxc.init.cwd'].flatMap((key) => lastOf(settings, key) ?? []);
  const drop: LxcSetting[] = [];
  const add: string[] = [];
  const named = new Set<string>();
  for (const setting of [...single, ...allOf(settings, 'lxc.environment')]) {
    let { value } = setting;
    for (const { from, to } of innermostFirst(moved)) {
      const next = value.replaceAll(naming(from), to);
      if (next !== value) named.add(from);
      value = next;
    }
    if (value === setting.value) continue;
    drop.push(setting);
    add.push(`${setting.key} = ${value}`);
  }
  return { drop, add, problems: moved.filter(({ from, only }) => only && !named.has(from)).map(notNamed) };
}

const innermostFirst = (moved: readonly MovedPlace[]): MovedPlace[] => moved.toSorted((a, b) => b.from.length - a.from.length);

/** The path itself or the beginning of a longer one, never a part of a name. */
const naming = (path: string): RegExp =>
  new RegExp(`(?<=^|[=:\\s"'])${path.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(?=$|[/:\\s"'])`, 'g');

function notNamed({ from, to }: MovedPlace): AdoptProblem {
  return {
    code: 'place-not-named',
    detail: `it sees ${from} within its code, where nothing can be mounted; it will be ${to}, and neither lxc.environment nor lxc.init.cmd names it`,
    cure: `If the code finds ${to} when told so, tell it: lxc.environment = NAME=${from} in its config (it is then rewritten). If it finds ${to} by itself, any NAME will do.`,
  };
}

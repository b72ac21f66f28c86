/** Who clicks or types, as the fleet file maps them: nobody is guessed from a name that a chat shows. Pure. */
import type { Fleet } from '../../domain/model/fleet';
import { plain, shortened } from '../../domain/operator/plain-text';
import { RIGHTS } from './command';
import type { CommandKind } from './command';

export interface Person {
  /** As the rollout records it: `ann@slack`. */
  readonly actor: string;
  readonly name: string;
  readonly roles: readonly string[];
}

export function personOfSlack({ people }: Fleet, user: string): Person | string {
  const found = Object.entries(people).find(([, { slack }]) => slack === user);
  if (found === undefined)
    return `You (${shown(user)}) are nobody that the fleet file knows: somebody has to add \`slack: ${shown(user)}\` to a person under \`people\`.`;
  return { actor: `${found[0]}@slack`, name: found[0], roles: found[1].roles };
}

/** `caller`: a webhook that may speak for `allowed`. */
export function personOfCaller(
  { people }: Fleet,
  name: string,
  caller: { readonly name: string; readonly people: readonly string[] },
): Person | string {
  if (!caller.people.includes(name)) return `${caller.name} may not speak for ${shown(name)}.`;
  const found = Object.hasOwn(people, name) ? people[name] : undefined;
  if (found === undefined) return `${shown(name)} is nobody that the fleet file knows.`;
  return { actor: `${name}@${caller.name}`, name, roles: found.roles };
}

/** null: the roles allow it. */
export function refusePerson({ name, roles }: Person, kind: CommandKind): string | null {
  const needed = RIGHTS[kind];
  if (roles.some((role) => needed.includes(role))) return null;
  const has = roles.length === 0 ? 'none' : roles.join(', ');
  return `${kind} needs the role ${needed.join(' or ')}; ${name} has ${has}.`;
}

const shown = (text: string): string => shortened(plain(text), 40);

/** What was found in the containers that run, for people, and the flags that say the same. Lockers that are alike are told once. Pure. */
import type { FoundPlace, FoundServer } from './found-server';
import { templateOf } from './on-box';
import { FLAGS } from './wanted-mounts';
import type { Place } from './wanted-mounts';

const PLACES: readonly (readonly [Place, string])[] = [
  ['code', 'code'],
  ['config', 'settings'],
  ['me', 'data'],
];

export function foundLines(found: readonly FoundServer[]): string[] {
  const told = new Map<string, string[]>();
  for (const server of found) {
    const text = linesOf(server).join('\n');
    told.set(text, [...(told.get(text) ?? []), server.name]);
  }
  return [...told].flatMap(([text, names]) => {
    const [head = '', ...rest] = text.split('\n');
    return [`${namesOf(names)}: ${head}`, ...rest];
  });
}

const SOME = 6;
const namesOf = (names: readonly string[]): string =>
  names.length > SOME ? `${names.slice(0, SOME).join(', ')} and ${names.length - SOME} more` : names.join(', ');

function linesOf(server: FoundServer): string[] {
  const { name, init, halt, port, listens, command, service } = server;
  const ends = halt === null ? 'no signal ends it' : `ends on ${halt}`;
  const head = `its init is ${init === 'other' ? 'none that is known here' : init}, ${ends}`;
  if (port === null)
    return [
      `${head}; ${listens.length === 0 ? 'nobody in it listens on a port' : `its processes listen on ${listens.join(', ')}: say which with \`port\``}`,
    ];
  return [
    `${head}; ${service === null ? 'a process' : `its service ${service}`} listens on ${port}`,
    `  ${command.slice(0, 160)}`,
    ...PLACES.map(([place, word]) => `  ${word.padEnd(8)}  ${placeLine(server[place], name)}`),
  ];
}

const placeLine = (place: FoundPlace | null, name: string): string =>
  place === null ? 'not found' : `${templateOf(place.on, name)}  (${place.at}: ${place.because})`;

/** Where all are alike; empty where nothing was found. */
export function flagsFor(found: readonly FoundServer[]): string {
  return PLACES.flatMap(([place]) => {
    const all = [
      ...new Set(found.flatMap((server) => (server[place] === null ? [] : [templateOf(server[place].on, server.name)]))),
    ];
    return all.length === 1 ? [`${FLAGS[place]} '${all[0]}'`] : [];
  }).join(' ');
}

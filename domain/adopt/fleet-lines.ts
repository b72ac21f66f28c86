/**
 * The lines of a service in fleet.yaml that what was found in its lockers adds or changes: its port, whether it
 * lives under its init, what it says of itself. What the file says already stays as it is. Pure.
 */
import type { ServiceInput } from '../model/fleet';
import type { FoundServer, InitKind } from './found-server';

type Said = Pick<ServiceInput, 'port' | 'alive' | 'evidence'>;

/** Empty: the file says all of it. */
export function fleetLines(name: string, said: Said, found: readonly FoundServer[]): string[] {
  const served = found.filter(({ port }) => port !== null);
  const alive = said.alive ? null : execOf(served, ALIVE, 'exit 0');
  const evidence = said.evidence ? null : evidenceOf(served);
  const lines = [
    ...portLine(said.port, served),
    ...(alive === null ? [] : [`    alive: { exec: ${flow(alive)} }`]),
    ...(evidence === null ? [] : [`    evidence: ${evidence}`]),
  ];
  return lines.length === 0 ? [] : ['services:', `  ${name}:`, ...lines];
}

function portLine(said: number, served: readonly FoundServer[]): string[] {
  const ports = [...new Set(served.flatMap(({ port }) => port ?? []))];
  if (ports.length !== 1 || ports[0] === said) return [];
  return [`    port: ${ports[0]}   # on ${said} nobody listens`];
}

type Command = (service: string) => readonly string[];

const ALIVE: Partial<Record<InitKind, Command>> = {
  systemd: (service) => ['systemctl', 'is-active', '--quiet', service],
  openrc: (service) => ['rc-service', service, 'status'],
  sysvinit: (service) => ['service', service, 'status'],
};
const LAST: Partial<Record<InitKind, Command>> = {
  systemd: (service) => ['journalctl', '-u', service, '-n', '20', '-o', 'cat'],
};
/** How a shell in a container tells which init it has. */
const IS: Readonly<Record<string, string>> = { systemd: '[ -d /run/systemd/system ]', openrc: '[ -d /run/openrc ]' };
const ORDER: readonly InitKind[] = ['systemd', 'openrc', 'sysvinit'];

/** One command for all of them; null: of one of them nothing is known. */
function execOf(
  served: readonly FoundServer[],
  commands: Partial<Record<InitKind, Command>>,
  otherwise: string,
): string[] | null {
  const told = new Map<InitKind, readonly string[]>();
  for (const { init, service } of served) {
    const command = service === null ? undefined : commands[init]?.(service);
    if (command === undefined || (told.has(init) && told.get(init)?.join(' ') !== command.join(' '))) return null;
    told.set(init, command);
  }
  const inits = ORDER.filter((init) => told.has(init));
  const [only, ...others] = inits;
  if (only === undefined) return null;
  return others.length === 0
    ? [...(told.get(only) ?? [])]
    : inShell(
        inits.map((init) => [init, told.get(init) ?? []]),
        otherwise,
      );
}

function inShell(told: readonly (readonly [InitKind, readonly string[]])[], otherwise: string): string[] {
  const arms = told.map(([init, command], index) => {
    const is = IS[init];
    if (is === undefined) return `else ${command.join(' ')}`;
    return `${index === 0 ? 'if' : 'elif'} ${is}; then ${command.join(' ')}`;
  });
  const last = told.every(([init]) => IS[init] !== undefined) ? [`else ${otherwise}`] : [];
  return ['/bin/sh', '-c', `${[...arms, ...last].join('; ')}; fi > /dev/null`];
}

/** Its journal, or the file that its output goes to. */
function evidenceOf(served: readonly FoundServer[]): string | null {
  const journals = served.filter(({ init, service }) => init === 'systemd' && service !== null);
  const others = served.filter((one) => !journals.includes(one));
  const files = [...new Set(others.map(({ output }) => output))];
  const [file] = files;
  if (files.length > 1 || file === null) return null;
  const journal = journals.length === 0 ? null : execOf(journals, LAST, 'true');
  if (others.length === 0) return journal === null ? null : `{ exec: ${flow(journal)} }`;
  if (journals.length === 0) return file === undefined ? null : `{ file: ${word(file)} }`;
  if (journal === null || file === undefined) return null;
  const text = `if ${IS['systemd']}; then ${journal.join(' ')}; else tail -n 20 ${file}; fi`;
  return `{ exec: ${flow(['/bin/sh', '-c', text])} }`;
}

const flow = (words: readonly string[]): string => `[${words.map(word).join(', ')}]`;
/** Plain where YAML takes it for a text. */
const word = (text: string): string =>
  /^-{0,2}[A-Za-z/][A-Za-z0-9_./-]*$/.test(text) && !/^(?:true|false|null|yes|no|on|off)$/i.test(text)
    ? text
    : JSON.stringify(text);

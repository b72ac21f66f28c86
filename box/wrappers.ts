/** The commands that a sysadmin finds on a box: tiny shell scripts round the one bundled file. */
export interface Wrapper {
  readonly name: string;
  readonly text: string;
}

const COMMANDS: readonly (readonly [name: string, command: string])[] = [
  ['lockerctl', ''],
  ['lxc-stop-all', 'stop-all'],
  ['update-code', 'update-code'],
  ['lxc-start-all', 'start-all'],
];

export function wrapperScripts(where: { node: string; bundle: string; configFile: string }): Wrapper[] {
  const { node, bundle, configFile } = where;
  const base = `exec ${quote(node)} ${quote(bundle)} --config ${quote(configFile)}`;
  return COMMANDS.map(([name, command]) => ({ name, text: `#!/bin/sh\n${base}${command && ` ${command}`} "$@"\n` }));
}

/** Any path is one word to sh in single quotes. */
const quote = (path: string): string => `'${path.replaceAll("'", `'\\''`)}'`;

/** The Node and the libc of this box, as a build of a release finds them: what is bound to them loads where both are alike. */
import { run } from '../run';

export interface MadeWith {
  /** null: there is none. */
  readonly node: string | null;
  /** Of native modules. */
  readonly abi: string | null;
  /** Such as `glibc 2.36`. */
  readonly libc: string | null;
  readonly arch: string;
}

/** The environment that builds are run with, but for a home. */
export const BUILD_ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LANG: 'C.UTF-8' };

export async function madeWith(): Promise<MadeWith> {
  const [node = null, abi = null] = (await firstLineOf(['node', '-p', '`${process.version} ${process.versions.modules}`'])).split(
    ' ',
  );
  const libc = (await firstLineOf(['getconf', 'GNU_LIBC_VERSION'])) || (await firstLineOf(['ldd', '--version']));
  return { node: node || null, abi, libc: libc || null, arch: process.arch };
}

/** That of musl says its name on stderr, and fails. */
async function firstLineOf(argv: readonly string[]): Promise<string> {
  const ran = await run(argv, { cwd: '/', env: BUILD_ENVIRONMENT, timeoutMs: LOOK_MS });
  return (ran.stdout || ran.stderr).split('\n', 1)[0] ?? '';
}
const LOOK_MS = 20_000;

export function toldWith({ node, abi, libc, arch }: MadeWith): string {
  const program = node === null ? 'no Node' : `Node ${node} (ABI ${abi})`;
  return `made with ${program}, ${libc ?? 'an unknown libc'}, ${arch}, of this box`;
}

/** A box with real git repositories and real folders: what staging and looking are tested against. */
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BoxContext } from '../../../box/context';
import { boxPaths } from '../../../box/paths';
import { resolveRelease } from '../../../box/release/resolve';
import { stageRelease } from '../../../box/release/stage';
import { GitRef, LockerName } from '../../../domain/model/ids';
import { BoxConfig } from '../../../domain/protocol/box-config';
import type { StageTarget } from '../../../domain/protocol/verbs';
import { aServiceConfig } from '../../support/builders';
import { fakeLxc } from './fake-lxc';

export type Tree = Readonly<Record<string, string>>;

const ME = ['-c', 'user.name=Test', '-c', 'user.email=test@example.invalid'];

function commit(repo: string, tree: Tree, message: string): string {
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), text);
  }
  execFileSync('git', ['-C', repo, 'add', '-A']);
  execFileSync('git', ['-C', repo, ...ME, 'commit', '--quiet', '--allow-empty', '-m', message]);
  return execFileSync('git', ['-C', repo, 'rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
}

export function stagedBox(lockers: readonly string[] = ['l01', 'l02']) {
  const dir = mkdtempSync(join(tmpdir(), 'lockstep-staged-'));
  // Builds run as a user without rights, who must get here.
  chmodSync(dir, 0o755);
  const [code, config] = [join(dir, 'code-repo'), join(dir, 'config-repo')];
  for (const repo of [code, config]) execFileSync('git', ['init', '--quiet', '--initial-branch=stable', repo]);
  const boxConfig = BoxConfig.parse({
    format: 1,
    box: 'lxc12',
    root: join(dir, 'locker'),
    data: join(dir, 'Me'),
    lxcPath: join(dir, 'lxc'),
    socket: join(dir, 'socket'),
    log: join(dir, 'log'),
    minFreeBytes: 1024,
  });
  const box: BoxContext = {
    config: boxConfig,
    paths: boxPaths(boxConfig),
    lxc: fakeLxc(lockers),
    version: 'test',
    bootId: 'boot-1',
    now: () => Date.parse('2026-11-20T12:00:00Z'),
    log: () => {},
  };
  const service = { ...aServiceConfig(), code: { repo: code, ref: 'stable' }, config: { repo: config, ref: 'stable' } };
  const names = lockers.map((name) => LockerName.parse(name));
  const resolve = (ref = 'stable', since: Parameters<typeof resolveRelease>[1]['since'] = null) =>
    resolveRelease(box, { service, codeRef: GitRef.parse(ref), configRef: GitRef.parse('stable'), since });
  const targetOf = async (ref?: string, values: StageTarget['values'] = {}): Promise<StageTarget> => ({
    release: (await resolve(ref)).release,
    service,
    values,
    lockerValues: {},
  });
  const stage = (target: StageTarget, freeBytesNeeded = 0, progress: (line: string) => void = () => {}) =>
    stageRelease(box, { target, lockers: names, freeBytesNeeded }, { token: 't', by: 'test', progress });
  const stageSaying = async (target: StageTarget): Promise<string[]> => {
    const said: string[] = [];
    await stage(target, 0, (line) => void said.push(line));
    return said;
  };
  return {
    dir,
    box,
    service,
    names,
    resolve,
    targetOf,
    stage,
    stageSaying,
    code: { repo: code, commit: (tree: Tree, message = 'change') => commit(code, tree, message) },
    settings: { repo: config, commit: (tree: Tree, message = 'change') => commit(config, tree, message) },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
export type StagedBox = ReturnType<typeof stagedBox>;

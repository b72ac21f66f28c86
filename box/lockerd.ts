/** The daemon's process: configuration, log, signals. What it does is in make-daemon.ts. */
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { BoxContext } from './context';
import { runtimeOf } from './containers/runtime-of';
import { startDaemon } from './make-daemon';
import { boxPaths } from './paths';
import { readBoxConfig } from './read-config';
import { startUpkeep } from './upkeep/upkeep';
import { VERSION } from './version';

export async function lockerd(configFile: string): Promise<void> {
  // Lockers that are not root read the config that is made here, and nobody else writes it, whatever the starter's mask is.
  process.umask(0o022);
  const box = makeContext(configFile);
  // A bug in one request must not take the others, and the lockers that they look after, with it.
  process.on('uncaughtException', (error) => box.log(`bug: ${error.stack ?? error.message}`));
  process.on('unhandledRejection', (error) => box.log(`bug: ${error instanceof Error ? error.stack : String(error)}`));
  const running = await startDaemon(box);
  const upkeep = await startUpkeep(running.daemon);
  writeFileSync(box.paths.pid, `${process.pid}\n`);
  box.log(`lockerd ${VERSION} for ${box.config.box} on ${box.config.socket}, process ${process.pid}`);
  const end = (signal: NodeJS.Signals) => {
    box.log(`ends on ${signal}`);
    rmSync(box.paths.pid, { force: true });
    upkeep.stop();
    void running.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end).once('SIGINT', end);
  // Whoever started us may hang up.
  process.on('SIGHUP', () => {});
}

export function makeContext(configFile: string): BoxContext {
  const config = readBoxConfig(configFile);
  const paths = boxPaths(config);
  mkdirSync(paths.state, { recursive: true, mode: 0o700 });
  mkdirSync(dirname(config.log), { recursive: true });
  const log = (line: string) => appendFileSync(config.log, `${new Date().toISOString()} ${line}\n`);
  const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  const self = [process.execPath, process.argv[1] ?? ''];
  return { config, paths, lxc: runtimeOf(config, paths), version: VERSION, bootId, self, now: () => Date.now(), log };
}

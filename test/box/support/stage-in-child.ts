/** Stages in a process of its own, so that a test can kill it: `stage-in-child.ts <json>`. */
import { boxPaths } from '../../../box/paths';
import { stageRelease } from '../../../box/release/stage';
import { LockerName } from '../../../domain/model/ids';
import { BoxConfig } from '../../../domain/protocol/box-config';
import { StageTarget } from '../../../domain/protocol/verbs';
import { fakeLxc } from './fake-lxc';

const given = JSON.parse(process.argv[2] ?? '') as { config: unknown; target: unknown; lockers: string[] };
const config = BoxConfig.parse(given.config);
const box = {
  config,
  paths: boxPaths(config),
  lxc: fakeLxc(given.lockers),
  version: 'test',
  bootId: 'boot-1',
  now: () => Date.now(),
  log: () => {},
};
const params = {
  target: StageTarget.parse(given.target),
  lockers: given.lockers.map((name) => LockerName.parse(name)),
  freeBytesNeeded: 0,
};
void stageRelease(box, params, { token: 't', by: 'test', progress: () => {} });

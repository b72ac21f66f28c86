/** A box with three lockers, on virtual time and a disk of its own, and the lives of lockerd on it. */
import { mkdirSync } from 'node:fs';
import type { Daemon } from '../../../box/daemon';
import { startDaemon } from '../../../box/make-daemon';
import type { RunningDaemon } from '../../../box/make-daemon';
import { writeLastStage } from '../../../box/release/last-stage';
import { startUpkeep } from '../../../box/upkeep/upkeep';
import { StageTarget } from '../../../domain/protocol/verbs';
import { CODES, RELEASES, aBox } from '../support/fake-lxc';
import type { FakeBox } from '../support/fake-lxc';
import type { Ambient } from './ambient';
import { setAmbient } from './ambient';
import { makeDisk } from './disk';
import { makeGate } from './gate';
import { makeLockers } from './lockers';
import { modelLxc } from './model-lxc';
import { makeReferee } from './referee';
import type { Referee } from './referee';
import { virtualTime } from './virtual-time';

export const NAMES = ['ada', 'ben', 'cyd'] as const;

export interface World extends Ambient {
  readonly box: FakeBox;
  readonly referee: Referee;
  /** null: it is dead, or not there yet. */
  readonly daemon: () => Daemon | null;
  /** False: it could not. */
  startLockerd(compacts: boolean): Promise<boolean>;
  die(power: boolean): Promise<void>;
  /** Rests; and where lockerd has died meanwhile, clears away what is left of its process. */
  rest(): Promise<void>;
  close(): Promise<void>;
}

const START = Date.parse('2026-11-20T12:00:00Z');

export async function makeWorld(): Promise<World> {
  const box = aBox(NAMES);
  mkdirSync(box.paths.state, { recursive: true });
  await writeLastStage(box, { target, at: '2026-11-20T00:00:00.000Z' });
  let boots = 1;
  const bootId = () => `boot-${boots}`;
  const time = virtualTime(START);
  const gate = makeGate(time);
  const referee: Referee = makeReferee({ time, lockers: () => lockers, bootId });
  const disk = makeDisk({ folder: box.folder, root: box.paths.root }, referee.lines);
  const lockers = makeLockers({ names: NAMES, paths: box.paths, time, done: referee.effect });
  const ambient: Ambient = { time, gate, disk, lockers };
  setAmbient(ambient);
  let running: RunningDaemon | null = null;
  let alive = false;

  const bury = async () => {
    if (!alive || gate.state() !== 'dead') return;
    alive = false;
    const { power, part } = gate.death();
    referee.say(`lockerd is dead${power ? ', and the box goes down' : ''}`);
    // Only the socket: everything else of a dead one waits for ever.
    void running?.close();
    running = null;
    await time.rest();
    time.forget('lockerd');
    lockers.forgetWaiting();
    disk.dead({ power, part });
    if (!power) return;
    time.forget('world');
    lockers.endAll();
    boots += 1;
    time.jump(20_000);
  };
  const rest = async () => {
    await time.rest();
    await bury();
  };

  const startLockerd = async (compacts: boolean): Promise<boolean> => {
    await rest();
    if (alive) return true;
    alive = true;
    gate.open('alive');
    referee.say('lockerd starts');
    const context = { ...box, lxc: modelLxc(ambient), bootId: bootId(), now: time.now };
    const exit = (error: unknown) => {
      referee.say(`lockerd does not start: ${String(error)}`);
      gate.die(false);
    };
    try {
      running = await startDaemon(context, compacts ? { compactBytes: 1_000 } : {});
      disk.synced();
      startUpkeep(running.daemon).catch(exit);
    } catch (error) {
      exit(error);
    }
    await rest();
    return running !== null;
  };

  return {
    ...ambient,
    box,
    referee,
    daemon: () => (gate.state() === 'alive' ? (running?.daemon ?? null) : null),
    rest,
    startLockerd,
    die: async (power) => {
      gate.die(power);
      await rest();
    },
    close: async () => {
      gate.die(false);
      await rest();
      gate.open('none');
      setAmbient(null);
      box.remove();
    },
  };
}

const target: StageTarget = StageTarget.parse({
  release: {
    id: RELEASES[1],
    label: 'stable-2',
    service: 'locker',
    code: { id: CODES[1], revision: '2'.repeat(40), build: `2-g${'0'.repeat(12)}` },
    config: { revision: 'a'.repeat(40) },
  },
  service: {
    name: 'locker',
    code: { repo: '/code.git', ref: 'stable' },
    config: { repo: '/config.git', ref: 'main' },
    port: 8042,
    probe: { path: '/ping', timeoutMs: 500, intervalMs: 20 },
    revisionPath: '/revision',
    drain: { kind: 'http', begin: '/quiesce', undo: '/resume', idle: '/idle' },
  },
  values: {},
  lockerValues: {},
});

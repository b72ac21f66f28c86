/** `npm run bench:300 -- --lockers 300 --runs 5`: docs/performance.md says what its figures mean. */
import { writeFile } from 'node:fs/promises';
import { anInstallation } from '../test/support/installation';
import { wholeBoxCommand } from './bench-command';
import type { WholeBoxOptions } from './bench-command';
import { thisMachine } from './machine';
import { renderRollouts, renderStartUps } from './render-whole-box';
import { rollouts } from './rollouts';
import { startUp } from './start-up';
import type { StartUp } from './start-up';
import { allAtOnce, oneByOne, startAll } from './start-ways';

interface Watched {
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** In turn, so that a slow hour of the machine meets all ways. */
async function startUps(
  { lockers, runs, startCpu, delay, quick }: WholeBoxOptions,
  { signal, progress }: Watched,
): Promise<StartUp[]> {
  progress(`start-up: making a box of ${lockers} lockers`);
  const here = await anInstallation({ lockers, values: { startCpuMs: startCpu } });
  // On a machine that is busy with others' work the gate lets nothing start, and quick is for any machine.
  const ways = [allAtOnce, oneByOne(delay), ...(quick ? [] : [startAll('on')]), startAll('off')];
  const done: StartUp[] = [];
  try {
    for (let run = 1; run <= runs; run++)
      for (const way of ways) {
        signal.throwIfAborted();
        const seen = await startUp(here.sandbox, way, { signal, quietWithinMs: quick ? 0 : 120_000 });
        progress(`${way.name}, ${run} of ${runs}: ${Math.round(seen.allMs)} ms, ${seen.failed} failed`);
        done.push(seen);
      }
    return done;
  } finally {
    progress('start-up: taking the box down');
    await here.close();
  }
}

async function measured(options: WholeBoxOptions, watched: Watched): Promise<void> {
  const machine = thisMachine();
  const at = new Date().toISOString();
  const { lockers, runs, only, json } = options;
  process.stdout.write(`${at}: ${lockers} lockers, ${runs} runs, ${machine.cores} cores of ${machine.cpu}\n`);
  const ups = only === 'rollouts' ? [] : await startUps(options, watched);
  if (ups.length > 0) process.stdout.write(`\n${renderStartUps(ups)}\n`);
  const maxDown = options.maxDown ?? Math.max(1, Math.floor(lockers / 10));
  const rolled = only === 'start-up' ? null : await rollouts({ lockers, maxDown, runs, cores: machine.cores, ...watched });
  if (rolled) process.stdout.write(`\n${renderRollouts(rolled, lockers)}\n`);
  if (json !== undefined) await writeFile(json, `${JSON.stringify({ at, machine, options, startUps: ups, rollouts: rolled })}\n`);
}

async function main(argv: readonly string[]): Promise<void> {
  const given = wholeBoxCommand().parse(argv, { from: 'user' }).opts<WholeBoxOptions>();
  const options = given.quick ? { ...given, lockers: 6, runs: 1, startCpu: 60, delay: 100 } : given;
  const stop = new AbortController();
  // The boxes are taken down before we leave: what is under way comes to its end, nothing new begins.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop.abort(new Error(`ended by ${signal}`)));
  try {
    await measured(options, { signal: stop.signal, progress: (line) => void process.stderr.write(`${line}\n`) });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    process.exitCode = 130;
  }
}

void main(process.argv.slice(2));

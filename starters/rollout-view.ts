/** The three ways to show a rollout: a live block on a terminal, plain lines elsewhere, one JSON object a line with --json. */
import type { Fault } from '../domain/faults';
import type { Finished, RolloutStatus } from '../domain/model/status';
import { printLines, printObject } from './io';
import type { Io } from './io';
import { finishedLines } from './render/finished-lines';
import { liveBlock } from './render/live-block';
import { paintFor } from './render/paint';
import { statusBlock } from './render/status-block';
import { statusLines } from './render/status-lines';

export interface RolloutView {
  status(status: RolloutStatus): void;
  /** It can't be asked just now. */
  silent(fault: Fault): void;
  finished(finished: Finished): void;
  close(): void;
}

export function rolloutView({ io, json }: { readonly io: Io; readonly json: boolean }): RolloutView {
  if (json) return jsonView(io);
  return io.stdout.isTTY === true ? liveView(io) : plainView(io);
}

const tellSilence = (io: Io, { sentence, cure, evidence }: Fault) =>
  printLines(io.stderr, [`${sentence} ${cure}`, ...evidence.map((line) => `    ${line}`)]);

function jsonView(io: Io): RolloutView {
  return {
    status: (status) => printObject(io, status),
    silent: (fault) => tellSilence(io, fault),
    finished: (finished) => printObject(io, finished),
    close: () => {},
  };
}

function plainView(io: Io): RolloutView {
  let before: RolloutStatus | null = null;
  return {
    status(status) {
      printLines(io.stdout, statusLines(before, status));
      before = status;
    },
    silent: (fault) => tellSilence(io, fault),
    finished: (finished) => printLines(io.stdout, finishedLines(finished, paintFor(io.stdout, io.env))),
    close: () => {},
  };
}

/** The clock moves on also when nothing else does, so that waiting does not look like hanging. */
const TICK_MS = 1_000;

function liveView(io: Io): RolloutView {
  const paint = paintFor(io.stdout, io.env);
  const block = liveBlock(io.stdout);
  const began = performance.now();
  let now: RolloutStatus | null = null;
  let silence: string[] = [];
  const draw = () => {
    if (now === null) return;
    const options = { width: io.stdout.columns ?? 80, elapsedMs: performance.now() - began, paint };
    block.draw([...statusBlock(now, options), ...silence]);
  };
  const ticking = setInterval(draw, TICK_MS);
  return {
    status(status) {
      now = status;
      silence = [];
      draw();
    },
    silent({ sentence, cure }) {
      if (now === null) printLines(io.stderr, [`${sentence} ${cure}`]);
      silence = [paint('yellow', sentence), `→ ${cure}`];
      draw();
    },
    finished(finished) {
      clearInterval(ticking);
      block.close();
      printLines(io.stdout, finishedLines(finished, paint));
    },
    close() {
      clearInterval(ticking);
      block.close();
    },
  };
}

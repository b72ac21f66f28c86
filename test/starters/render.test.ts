import { FAULTS } from '../../domain/faults';
import { finishedLines } from '../../starters/render/finished-lines';
import { printLines } from '../../starters/io';
import { liveBlock } from '../../starters/render/live-block';
import { noPaint, paintFor } from '../../starters/render/paint';
import { statusBlock } from '../../starters/render/status-block';
import { statusLines } from '../../starters/render/status-lines';
import { statusTable } from '../../starters/render/status-table';
import { expectGolden } from '../support/golden';
import { aFinished, aLocker, aStatus, STORY } from './statuses';

const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`;

test('the plain display tells each change in one line, and nothing twice', () => {
  const lines = STORY.flatMap((status, index) => statusLines(STORY[index - 1] ?? null, status));
  expectGolden('cli-plain-lines.txt', text(lines));
  for (const status of STORY) expect(statusLines(status, status)).toEqual([]);
});

test('the first look at a rollout that is under way tells where it stands', () => {
  expectGolden('cli-first-look.txt', text(statusLines(null, STORY.at(-1) ?? aStatus())));
});

test('the live block shows who is in flight, who did not end well and what is asked', () => {
  const blocks = STORY.map((status) => statusBlock(status, { width: 100, elapsedMs: 65_400, paint: noPaint }));
  expectGolden('cli-live-blocks.txt', text(blocks.flatMap((block) => [...block, '--'])));
});

test('no line of the block is wider than the screen, and a box of 300 fits on it', () => {
  const lockers = Array.from({ length: 300 }, (_, index) => aLocker(`l${index}`, { stage: 'stuck', reason: 'x'.repeat(200) }));
  const block = statusBlock(aStatus({ lockers }), { width: 60, elapsedMs: 0, paint: noPaint });
  expect(block.length).toBeLessThan(20);
  expect(block.every((line) => line.length <= 60)).toBe(true);
  expect(block.at(-1)).toContain('and 288 more');
});

test('what others said moves no cursor, ends no line and rings no bell, wherever it stands', () => {
  const nasty = 'x\u001b[2J\u0007\r\nlxc12: succeeded\u202e';
  const lockers = [aLocker('l01', { stage: 'stuck', reason: nasty })];
  const hold = { reason: 'failures' as const, sentence: nasty, liftedBy: ['resume' as const], locker: null, since: 0 };
  const status = aStatus({ lockers, notes: [nasty], holds: [hold], steps: [nasty], asks: nasty });
  const fault = { code: 'BuildFailed', sentence: nasty, cure: nasty, evidence: [nasty] };
  const finished = aFinished({ exceptions: [{ locker: 'l01' as never, end: 'failed', reason: nasty }], fault });
  const paint = paintFor({ write: () => {}, isTTY: true }, { TERM: 'xterm' });
  const written: string[] = [];
  const out = { write: (part: string) => written.push(part) };
  printLines(out, [...statusTable(status, paint), ...statusLines(null, status), ...finishedLines(finished, paint)]);
  liveBlock(out).draw(statusBlock(status, { width: 80, elapsedMs: 0, paint }));
  const lines = written.join('').split('\n');
  expect(lines.filter((line) => line.startsWith('lxc12: succeeded'))).toEqual([]);
  const escape = String.fromCodePoint(0x1b);
  const ours = new RegExp(`${escape}\\[(?:\\d+m|K|J|\\?25l)|\\r`, 'g');
  expect(lines.map((line) => line.replaceAll(ours, '')).join('')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  expect(lines.join('')).not.toContain('\u001b[2J');
});

test('what the steps in flight say stands in the status', () => {
  const told = statusTable(aStatus({ steps: ['l02 waits for its turn to start: CPU pressure is 87 %', 'attempt 3'] }), noPaint);
  expect(told).toEqual(
    expect.arrayContaining(['  steps     l02 waits for its turn to start: CPU pressure is 87 %', '            attempt 3']),
  );
});

test('status lists every locker', () => {
  expectGolden('cli-status.txt', text(statusTable(STORY.at(-1) ?? aStatus(), noPaint)));
});

test('the end names every exception, and the fault where there is one', () => {
  const { sentence, cure } = FAULTS.BoxUnreachable;
  const fault = { code: 'BoxUnreachable', sentence, cure, evidence: ['connect ECONNREFUSED 10.0.0.2:22'] };
  const failed = aFinished({ state: 'failed', exceptions: [], fault });
  expectGolden('cli-finished.txt', text([...finishedLines(aFinished(), noPaint), '--', ...finishedLines(failed, noPaint)]));
});

test('a drawing goes up over the last one, writes each line to its end and clears what is below, in one write', () => {
  const writes: string[] = [];
  const block = liveBlock({ write: (part) => writes.push(part), rows: 4 });
  block.draw(['a', 'b', 'c', 'too much']);
  block.draw(['d']);
  block.close();
  expect(writes).toEqual([
    '\u001b[?25l\ra\u001b[K\nb\u001b[K\nc\u001b[K\n\u001b[J',
    '\u001b[3A\rd\u001b[K\n\u001b[J',
    '\u001b[?25h',
  ]);
});

/** How the lockers of a box are, by their own word. */
import { askBuild, isHealthy } from './ask-locker';
import { addressOf } from './box-addresses';
import { misbehaviourOf } from './misbehaviour';
import type { BoxState } from './sandbox-state';

export interface LockerStatus {
  readonly box: string;
  readonly locker: string;
  readonly address: string;
  readonly healthy: boolean;
  readonly build: string | null;
  readonly misbehaves: string | null;
}

export async function lockerStatus(box: BoxState): Promise<LockerStatus[]> {
  return Promise.all(
    box.lockers.map(async (locker) => ({
      box: box.name,
      locker,
      address: addressOf(box, locker),
      healthy: await isHealthy(box, locker),
      build: await askBuild(box, locker),
      misbehaves: (await misbehaviourOf(box, locker))?.kind ?? null,
    })),
  );
}

export function statusTable(all: readonly LockerStatus[]): string[] {
  const rows = all.map(({ box, locker, address, healthy, build, misbehaves }) => [
    box,
    locker,
    address,
    healthy ? 'healthy' : 'down',
    build ?? '-',
    misbehaves ?? '',
  ]);
  const table = [['box', 'locker', 'address', 'health', 'build', 'misbehaves'], ...rows];
  const widths = [0, 1, 2, 3, 4, 5].map((column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

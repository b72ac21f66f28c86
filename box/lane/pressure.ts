/** How loaded the box is now, from /proc. */
import { readFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import type { Pressure } from './admission';

export async function readPressure(): Promise<Pressure> {
  const [cpu, memory] = await Promise.all([read('/proc/pressure/cpu'), read('/proc/meminfo')]);
  return {
    cpuSomeAvg10: parseSomeAvg10(cpu),
    memoryAvailablePercent: parseMemoryAvailable(memory),
    loadPerCore: (loadavg()[0] ?? 0) / availableParallelism(),
  };
}

/** null: PSI is off (no file, or an empty one). */
export function parseSomeAvg10(text: string): number | null {
  const found = /^some avg10=([\d.]+)/m.exec(text)?.[1];
  return found === undefined ? null : Number(found);
}

/** Per cent of MemTotal; 100 where the kernel does not say, so that it holds nothing up. */
export function parseMemoryAvailable(text: string): number {
  const of = (key: string) => Number(new RegExp(`^${key}:\\s*(\\d+)`, 'm').exec(text)?.[1] ?? Number.NaN);
  const percent = (100 * of('MemAvailable')) / of('MemTotal');
  return Number.isFinite(percent) ? percent : 100;
}

const read = (file: string) => readFile(file, 'utf8').catch(() => '');

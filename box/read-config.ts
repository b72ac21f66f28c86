/** box.json → BoxConfig, with one clear error. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { Fault } from '../domain/faults';
import { BoxConfig } from '../domain/protocol/box-config';

export function readBoxConfig(file: string): BoxConfig {
  const cure = 'Name the right file with --config FILE, or let `install-box` write it again.';
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Fault('LockerdMissing', `${file} can not be read as box.json.`, { evidence: [String(error)], cure });
  }
  const parsed = BoxConfig.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new Fault('LockerdMissing', `${file} is no valid box.json.`, {
    evidence: z.prettifyError(parsed.error).split('\n'),
    cure,
  });
}

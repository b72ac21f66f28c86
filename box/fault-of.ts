/** Whatever was thrown → the fault that goes over the wire: a bug must reach a person with its evidence, and must not end the daemon. */
import { z } from 'zod';
import { Fault } from '../domain/faults';

export function faultOf(error: unknown): Fault {
  if (error instanceof Fault) return error;
  if (error instanceof z.ZodError)
    return new Fault('BadRequest', 'Something has not the agreed shape.', { evidence: lines(z.prettifyError(error)) });
  const code = (error as NodeJS.ErrnoException | null)?.code;
  if (code === 'ENOSPC') return new Fault('DiskFull', 'The disk of the box is full.', { evidence: [String(error)] });
  const evidence = error instanceof Error ? lines(error.stack ?? error.message) : [String(error)];
  return new Fault('CommandFailed', 'lockerd ran into something unforeseen.', { evidence });
}

const lines = (text: string): string[] => text.split('\n').slice(0, 8);

/** What `adopt-box` found of a running container: who listens there, whose service it is, where its things lie. */
import { z } from 'zod';
import { LockerName } from '../model/ids';

export const InitKind = z.enum(['systemd', 'sysvinit', 'openrc', 'busybox', 'runit', 's6', 'other']);
export type InitKind = z.infer<typeof InitKind>;

const FoundPlace = z.strictObject({
  /** As the container has it. */
  at: z.string(),
  /** As the box has it. */
  on: z.string(),
  because: z.string(),
});
export type FoundPlace = z.infer<typeof FoundPlace>;

export const FoundServer = z.strictObject({
  name: LockerName,
  init: InitKind,
  /** The signal that ends it: SIGRTMIN+3; null: none does. */
  halt: z.string().nullable(),
  /** null: nobody listens there, or several do and none on the port of the fleet file. */
  port: z.int().nullable(),
  /** All ports that its processes listen on. */
  listens: z.array(z.int()),
  /** The paths on its command line, and no other words of it: one may be a password. Empty where no port is. */
  command: z.string(),
  service: z.string().nullable(),
  /** A file that its output goes to. */
  output: z.string().nullable(),
  code: FoundPlace.nullable(),
  config: FoundPlace.nullable(),
  me: FoundPlace.nullable(),
});
export type FoundServer = z.infer<typeof FoundServer>;

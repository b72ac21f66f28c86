/**
 * Who the people of a fleet are, and the keys by which an identity is proven. Role names are free; an
 * approver `role:oncall` is everybody who has that role. Only public keys stand in the fleet file.
 */
import { z } from 'zod';

/** As an actor writes it: the part of `user@host` before the @. */
export const PersonName = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?$/, 'use 1-64 of letters, digits, ., _ and -');
export const RoleName = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'a role is written in a-z, 0-9 and -');

export const PersonInput = z.strictObject({
  roles: z.array(RoleName).default([]),
  /** The id of the user, not the name that is shown. */
  slack: z
    .string()
    .regex(/^[UW][A-Z0-9]{4,20}$/, 'a Slack user id such as U012AB3CD')
    .optional(),
});
export const People = z.record(PersonName, PersonInput);
export type People = z.infer<typeof People>;

/** What stands before the 32 bytes in the line that `openssl pkey -pubout` prints. */
const DER_HEAD = 'MCowBQYDK2VwAyEA';
/** Ed25519: that line, or the 32 bytes alone. */
const PublicKey = z.string().regex(/^(?:MCowBQYDK2VwAyEA)?[A-Za-z0-9+/]{43}=$/, 'an Ed25519 public key in base64, one line');
const KeyId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'use 1-63 of letters, digits, ., _ and -');
/** A service that knows people by itself (chat, console) may sign for anybody; a person's own key names whom. */
const IdentityKey = z.union([
  PublicKey,
  z.strictObject({ key: PublicKey, actors: z.array(z.string().trim().min(1)).min(1).optional() }),
]);

export const IdentityInput = z.strictObject({
  /** true: on every box an approval needs a proven identity, whatever its policy says. */
  required: z.boolean().default(false),
  keys: z.record(KeyId, IdentityKey).default({}),
});
export type IdentityInput = z.infer<typeof IdentityInput>;

const ROLE = 'role:';

/** `role:oncall` → `oncall`; null: a name. */
export const roleIn = (approver: string): string | null => (approver.startsWith(ROLE) ? approver.slice(ROLE.length) : null);

/** Sorted, so that the same people are the same plan. */
export function namesWithRole(people: People, role: string): string[] {
  const found = Object.entries(people).filter(([, { roles }]) => roles.includes(role));
  return found.map(([name]) => name).toSorted((a, b) => (a < b ? -1 : 1));
}

/** Roles become the people who have them now; what is written twice counts once. */
export function approverNames(people: People, approvers: readonly string[]): string[] {
  const names = approvers.flatMap((approver) => {
    const role = roleIn(approver);
    return role === null ? [approver] : namesWithRole(people, role);
  });
  return [...new Set(names)];
}

/** The key's 32 bytes in base64, and for whom it may sign; null: for anybody. */
export function identityKeyOf({ keys }: IdentityInput, id: string): { key: string; actors: readonly string[] | null } | null {
  const found = Object.hasOwn(keys, id) ? keys[id] : undefined;
  if (found === undefined) return null;
  const { key, actors = null } = typeof found === 'string' ? { key: found } : found;
  return { key: key.length > DER_HEAD.length + 28 ? key.slice(DER_HEAD.length) : key, actors };
}

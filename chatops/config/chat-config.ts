/**
 * chatops.yaml: where chat listens and whom it tells. Not in fleet.yaml, which every worker reads and which says what should
 * exist; people and their roles are there. A secret is never written here, only where it is: a file or a variable.
 */
import { z } from 'zod';
import { Duration, PositiveDuration } from '../../domain/model/duration';
import { BoxName } from '../../domain/model/ids';

/** `{ env: NAME }`, or `{ file: path }` counted from this file's folder. */
export const SecretPlace = z.union([
  z.strictObject({ env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable') }),
  z.strictObject({ file: z.string().min(1) }),
]);
export type SecretPlace = z.infer<typeof SecretPlace>;

/** One, or while it is changed two or more: the first one signs first. */
const Secrets = z.union([SecretPlace, z.array(SecretPlace).min(1).max(4)]);

const HttpUrl = z.string().regex(/^https?:\/\/[^\s]+$/, 'a URL that begins with http:// or https://');
const Name = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/, 'use 1-32 of a-z, 0-9 and -');

export const SlackInput = z.strictObject({
  /** Its id, as in its details: names change. */
  channel: z.string().regex(/^[CG][A-Z0-9]{2,20}$/, 'the id of a channel, such as C0123456789'),
  /** Only from this workspace. */
  team: z
    .string()
    .regex(/^T[A-Z0-9]{2,20}$/, 'the id of a workspace, such as T0123456789')
    .optional(),
  signingSecret: SecretPlace,
  token: SecretPlace,
  /** Another one for tests and proxies. */
  api: HttpUrl.default('https://slack.com/api'),
  /** Where answers to a person go: the URL that Slack names must begin so. */
  responses: HttpUrl.default('https://hooks.slack.com/'),
});

export const WebhookIn = z.strictObject({
  name: Name,
  secret: Secrets,
  /** In whose name it may speak: people of the fleet file. */
  people: z.array(z.string().min(1)).min(1),
});

export const WebhookOut = z.strictObject({
  name: Name,
  url: HttpUrl,
  secret: Secrets,
  /** Default: all. */
  events: z.array(z.string().min(1)).min(1).optional(),
});

export const ChatConfigInput = z.strictObject({
  version: z.literal(1),
  /** Loopback: a proxy with TLS stands before it. */
  listen: z
    .strictObject({ host: z.string().min(1).default('127.0.0.1'), port: z.int().min(0).max(65_535).default(8790) })
    .default({ host: '127.0.0.1', port: 8790 }),
  /** Default: every box of the fleet file. */
  boxes: z.array(BoxName).min(1).optional(),
  /** Folder of the outbox; default: `chatops` in Lockstep's home. */
  state: z.string().min(1).optional(),
  /** What approvals are signed with: a private Ed25519 key, and its id in fleet.yaml's identity.keys. Without it a person is only claimed. */
  identity: z.strictObject({ keyId: z.string().min(1), keyFile: z.string().min(1) }).optional(),
  slack: SlackInput.optional(),
  webhooks: z
    .strictObject({ in: z.array(WebhookIn).default([]), out: z.array(WebhookOut).default([]) })
    .default({ in: [], out: [] }),
  retry: z
    .strictObject({
      first: PositiveDuration.default(1_000),
      most: PositiveDuration.default(300_000),
      giveUpAfter: PositiveDuration.default(72 * 3_600_000),
    })
    .default({ first: 1_000, most: 300_000, giveUpAfter: 72 * 3_600_000 }),
  /** Of one message: it is not drawn anew more often. */
  updateEvery: Duration.default(2_000),
});
export type ChatConfigInput = z.infer<typeof ChatConfigInput>;

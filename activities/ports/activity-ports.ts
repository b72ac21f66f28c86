/** Everything that activities touch the world through. */
import type { BoxPort } from './box-port';
import type { CommandPort } from './command-port';
import type { FleetPort } from './fleet-port';
import type { HttpPort } from './http-port';
import type { SourcePort } from './source-port';

export interface ActivityPorts {
  readonly box: BoxPort;
  readonly fleet: FleetPort;
  readonly http: HttpPort;
  readonly command: CommandPort;
  readonly source: SourcePort;
  /** Hex sha-256; an argument because domain/ has no crypto. */
  readonly hash: (text: string) => string;
  /** Ed25519 over the text's UTF-8; the key raw and the signature both in base64. */
  readonly verifySignature: (signed: { key: string; text: string; signature: string }) => boolean;
}

/**
 * Code and config of a release to a box that reaches no repository: what its mirrors lack, in one
 * bundle each, in parts over the channel that everything else goes through. One part at a time, so a
 * slow box is never sent more than it takes; a cut goes on where the box's part of the file ends.
 */
import { Fault } from '../domain/faults';
import type { BoxName } from '../domain/model/ids';
import type { Release } from '../domain/model/release';
import type { ServiceConfig } from '../domain/model/service';
import { PART_BYTES } from '../domain/protocol/verbs';
import type { PushedFile, Repository } from '../domain/protocol/verbs';
import { DEADLINES } from './deadlines';
import type { ActivityPorts } from './ports/activity-ports';
import type { FileToPush, Revision } from './ports/source-port';
import type { Running } from './run-activity';

export interface Push {
  readonly box: BoxName;
  readonly service: ServiceConfig;
  readonly ports: Pick<ActivityPorts, 'box' | 'source'>;
  readonly running: Running;
}

/** Nothing where the box fetches for itself. Branches, tags or full commits; afterwards the box resolves the same ones in its own mirrors. */
export async function pushRefs(push: Push, refs: { readonly codeRef: string; readonly configRef: string }): Promise<void> {
  const { service, ports } = push;
  if (service.stage !== 'push') return;
  await pushRevision(push, 'config', await ports.source.resolve(service.config.repo, refs.configRef));
  await pushRevision(push, 'code', await ports.source.resolve(service.code.repo, refs.codeRef));
}

type Packing = { readonly folder: string; readonly lockfile: string };

/** Nothing where the box fetches for itself. What was planned, should it have gone since; and, where that is still to be built, what its build needs. */
export async function pushRelease(
  push: Push,
  { code, config }: Release,
  packing: Packing | null,
): Promise<PushedFile | undefined> {
  if (push.service.stage !== 'push') return undefined;
  await pushRevision(push, 'config', { commit: config.revision, ref: null });
  await pushRevision(push, 'code', { commit: code.revision, ref: null });
  if (packing === null) return undefined;
  const { box, service, ports, running } = push;
  const asked = { service: service.name, repository: 'code' as const, commit: code.revision, codeId: code.id };
  const { built } = await ports.box.call(box, 'mirror-tips', asked, { deadlineMs: DEADLINES.look, ...running });
  if (built) return undefined;
  const file = await ports.source.packed(service.code.repo, code.revision, packing);
  await pushFile(push, 'dependencies', file);
  return { digest: file.digest, bytes: file.bytes };
}

async function pushRevision(push: Push, repository: Repository, { commit, ref }: Revision): Promise<void> {
  const { box, service, ports, running } = push;
  const asked = { service: service.name, repository, commit };
  const look = { deadlineMs: DEADLINES.look, ...running };
  const { there, tips } = await ports.box.call(box, 'mirror-tips', { ...asked, codeId: null }, look);
  if (there && ref === null) return;
  const file = there ? null : await ports.source.bundle(service[repository].repo, commit, tips);
  if (file) await pushFile(push, repository, file);
  const pushed = file && { digest: file.digest, bytes: file.bytes };
  await ports.box.call(box, 'take-in', { ...asked, ref, file: pushed }, { deadlineMs: DEADLINES.resolve, ...running });
}

/** A part that the box does not take moves nothing: two pushes of one file, or a settle between them. */
const STILL_AT_MOST = 20;

async function pushFile({ box, ports, running }: Push, what: string, file: FileToPush): Promise<void> {
  const { digest, bytes } = file;
  const send = async (offset: number, data: string) =>
    ports.box.call(box, 'receive-part', { file: { digest, bytes }, offset, data }, { deadlineMs: DEADLINES.look, ...running });
  let { received } = await send(0, '');
  for (let still = 0; received < bytes; ) {
    running.onProgress(`pushing ${what}: ${Math.round((100 * received) / bytes)} % of ${Math.ceil(bytes / 1024)} KiB`);
    const part = await file.read(received, PART_BYTES);
    const now = (await send(received, part.toString('base64'))).received;
    still = now > received ? 0 : still + 1;
    if (still > STILL_AT_MOST)
      throw new Fault('PushIncomplete', `${box} takes no more of the ${what} at ${now} of ${bytes} bytes.`);
    received = now;
  }
}

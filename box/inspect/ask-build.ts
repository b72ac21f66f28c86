/** The build that a locker itself reports, however its service has it told. */
import type { LockerName } from '../../domain/model/ids';
import { ownAnswerOf } from '../../domain/model/service';
import type { OwnAnswer, ServiceConfig } from '../../domain/model/service';
import type { BoxContext } from '../context';
import { askHttp } from '../locker/ask-http';
import { findDoor } from '../locker/door';

export interface Reported {
  /** For people: what was asked. */
  readonly by: string;
  /** null: no such answer. */
  readonly build: string | null;
}

/** null: its service has it told by nothing but its mounts. */
export async function askBuild(box: BoxContext, locker: LockerName, service: ServiceConfig): Promise<Reported | null> {
  const own = ownAnswerOf(service);
  if (own === null) return null;
  const said = await answerOf(box, { locker, service, own });
  return { by: nameOf(own), build: said === null ? null : buildIn(said) };
}

interface Asking {
  readonly locker: LockerName;
  readonly service: ServiceConfig;
  readonly own: OwnAnswer;
}

async function answerOf(box: BoxContext, { locker, service, own }: Asking): Promise<string | null> {
  const { timeoutMs } = service.probe;
  if (own.kind === 'http') {
    const door = await findDoor(box, locker, service);
    if (typeof door === 'string') return null;
    const answer = await askHttp({ method: 'GET', door, path: own.path, timeoutMs });
    return answer.kind === 'answer' && answer.status === 200 ? answer.body : null;
  }
  // By a program of the locker: its links, its mounts and its rights are then its own.
  const argv = own.kind === 'exec' ? own.argv : ['cat', '--', own.path];
  const ran = await box.lxc.attach(locker, argv, timeoutMs);
  return ran.code === 0 && !ran.timedOut ? ran.stdout : null;
}

function nameOf(own: OwnAnswer): string {
  if (own.kind === 'exec') return `\`${own.argv.join(' ')}\``;
  return own.path;
}

/** JSON `{ "build": … }`, JSON text, or plain text. */
function buildIn(text: string): string | null {
  try {
    const said = JSON.parse(text) as unknown;
    const build = typeof said === 'object' && said !== null && 'build' in said ? said.build : said;
    return typeof build === 'string' ? build.slice(0, 100) : null;
  } catch {
    return text.trim().slice(0, 100) || null;
  }
}

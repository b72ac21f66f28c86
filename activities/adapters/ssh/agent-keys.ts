/** What an agent holds, in its order. ssh2 leaves out, without a word, the keys that it does not know. */
import { connect } from 'node:net';
import { BaseAgent, createAgent, utils } from 'ssh2';
import type { ParsedKey, SignCallback, SigningRequestOptions } from 'ssh2';

export interface AgentKey {
  readonly type: string;
  readonly blob: Buffer;
  readonly comment: string;
  /** null: of a type that ssh2 has not (certificates, security keys). */
  readonly agent: BaseAgent | null;
}

const WAIT_MS = 3_000;
const MOST_BYTES = 1024 * 1024;

/** Rejects with the reason where the agent gives no answer. */
export async function agentKeys(socket: string): Promise<AgentKey[]> {
  const reply = await ask(socket);
  const keys: AgentKey[] = [];
  let at = 5;
  const next = () => reply.subarray(at + 4, (at += 4 + reply.readUInt32BE(at)));
  for (let left = reply.readUInt32BE(1); left > 0; left--) {
    const [blob, comment] = [next(), next().toString('utf8')];
    const type = blob.toString('latin1', 4, 4 + blob.readUInt32BE(0));
    const key = utils.parseKey(`${type} ${blob.toString('base64')}`);
    keys.push({ type, blob, comment, agent: key instanceof Error ? null : new OneKey(socket, [key].flat()[0] as ParsedKey) });
  }
  return keys;
}

/** An agent that shows one key, so that each can have its place in the order. */
class OneKey extends BaseAgent<ParsedKey> {
  readonly #socket: string;
  readonly #key: ParsedKey;
  constructor(socket: string, key: ParsedKey) {
    super();
    this.#socket = socket;
    this.#key = key;
  }
  override getIdentities(done: (error: Error | undefined, keys?: ParsedKey[]) => void): void {
    done(undefined, [this.#key]);
  }
  override sign(key: ParsedKey, data: Buffer, options: SigningRequestOptions | SignCallback, done?: SignCallback): void {
    const agent = createAgent(this.#socket);
    if (typeof options === 'function') agent.sign(key, data, options);
    else agent.sign(key, data, options, done);
  }
}

const REQUEST_IDENTITIES = Buffer.from([0, 0, 0, 1, 11]);
const IDENTITIES_ANSWER = 12;

/** The answer without its length. */
function ask(path: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    let got = Buffer.alloc(0);
    const fail = (what: string) => {
      socket.destroy();
      reject(new Error(what));
    };
    socket.setTimeout(WAIT_MS, () => fail(`no answer after ${WAIT_MS} ms`));
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message));
    socket.once('close', () => fail('it closed the connection'));
    socket.on('data', (chunk) => {
      got = Buffer.concat([got, chunk]);
      if (got.length > MOST_BYTES) return fail('its answer is too long');
      if (got.length < 4 || got.length < 4 + got.readUInt32BE(0)) return;
      const answer = got.subarray(4, 4 + got.readUInt32BE(0));
      if (answer[0] !== IDENTITIES_ANSWER) return fail('it refused to list its keys');
      resolve(answer);
      socket.destroy();
    });
    socket.write(REQUEST_IDENTITIES);
  });
}

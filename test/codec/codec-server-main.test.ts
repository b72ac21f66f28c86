import { PassThrough } from 'node:stream';
import { codecServerMain } from '../../starters/codec-server-main';
import type { Io } from '../../starters/io';
import { aKeyLine } from '../support/payload-keys';

const keys = { LOCKSTEP_PAYLOAD_KEYS: 'env:KEYS', KEYS: aKeyLine('k1') };

function anIo(env: NodeJS.ProcessEnv) {
  const said = { stdout: '', stderr: '' };
  const interrupt = new AbortController();
  const sink = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const io: Io = { stdout: sink('stdout'), stderr: sink('stderr'), stdin: new PassThrough(), env, interrupted: interrupt.signal };
  return { io, said, interrupt };
}

test('it prints the address with the token, serves, and ends at Ctrl-C', async () => {
  const { io, said, interrupt } = anIo({ ...keys, LOCKSTEP_CODEC_TOKEN: 'ours' });
  const ended = codecServerMain(['--port', '0'], io);
  while (said.stdout === '') await new Promise((resolve) => setTimeout(resolve, 5));
  expect(said.stdout).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/ours\n$/);
  const asked = () => fetch(`${said.stdout.trim()}/decode`, { method: 'POST', body: '{"payloads":[]}' });
  expect(await (await asked()).json()).toEqual({ payloads: [] });
  interrupt.abort();
  expect(await ended).toBe(0);
  await expect(asked()).rejects.toThrow();
});

test.each([
  ['no keys', {}, [], 1, /LOCKSTEP_PAYLOAD_KEYS is not set/],
  ['a port that is none', keys, ['--port', 'http'], 2, /a port is wanted/],
  ['a flag that is none', keys, ['--open'], 2, /unknown option/],
])('with %s it says so and ends', async (_what, env, argv, code, says) => {
  const { io, said } = anIo(env);
  expect(await codecServerMain(argv, io)).toBe(code);
  expect(said).toMatchObject({ stdout: '', stderr: expect.stringMatching(says) as string });
});

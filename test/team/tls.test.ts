/** A server behind TLS that demands a client certificate and an API key, named by a profile or by the environment. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { typeFromPage } from '../docs/type-from-page';
import { makeCertificates } from '../support/certificates';
import type { Certificates } from '../support/certificates';
import { runCli } from '../support/cli';
import { startImageProcess } from '../support/image-process';
import type { ImageProcess } from '../support/image-process';
import { startTemporal } from '../support/temporal-server';
import type { TestServer } from '../support/temporal-server';
import { startTlsFront } from '../support/tls-front';
import type { TlsFront } from '../support/tls-front';

jest.setTimeout(240_000);
const API_KEY = 'the-key-of-the-team';
let server: TestServer;
let front: TlsFront;
let folder: string;
let certificates: Certificates;
let worker: ImageProcess;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-tls-'));
  certificates = makeCertificates(folder);
  server = await startTemporal();
  front = await startTlsFront({ certificates, apiKey: API_KEY, behind: server.address });
  writeFileSync(join(folder, 'temporal.toml'), profileFile());
  const service = {
    code: { repo: '/nowhere.git', ref: 'stable' },
    config: { repo: '/nowhere-config.git', ref: 'stable' },
    port: 8042,
    probe: { path: '/health' },
    revision: { http: '/core/revision' },
  };
  const identityFile = join(folder, 'id');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  writeFileSync(identityFile, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 });
  const boxes = { lxc12: { service: 'locker', ssh: { config: 'none', host: '127.0.0.1', port: 1, identityFile } } };
  writeFileSync(fleet(), JSON.stringify({ version: 1, services: { locker: service }, boxes }));
});
afterAll(async () => {
  await worker?.end('SIGTERM');
  await front?.close();
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const fleet = () => join(folder, 'fleet.yaml');
const profileFile = () => `
[profile.team]
address = "${front.address}"
namespace = "lockstep"
api_key = "${API_KEY}"
[profile.team.tls]
server_ca_cert_path = "${certificates.authority}"
client_cert_path = "${certificates.client.cert}"
client_key_path = "${certificates.client.key}"

[profile.wrong-key]
address = "${front.address}"
api_key = "another"
[profile.wrong-key.tls]
server_ca_cert_path = "${certificates.authority}"
client_cert_path = "${certificates.client.cert}"
client_key_path = "${certificates.client.key}"

[profile.no-certificate]
address = "${front.address}"
api_key = "${API_KEY}"
[profile.no-certificate.tls]
server_ca_cert_path = "${certificates.authority}"

[profile.unknown-authority]
address = "${front.address}"
api_key = "${API_KEY}"
`;
const profile = (name: string) => ({ TEMPORAL_PROFILE: name, TEMPORAL_CONFIG_FILE: join(folder, 'temporal.toml') });
/** The image has its compose file's address: the profile's is not asked where the environment names one. */
const onImage = (name: string) => ({ ...profile(name), TEMPORAL_ADDRESS: front.address, LOCKSTEP_FLEET: fleet() });
const status = (env: NodeJS.ProcessEnv) => runCli('lockstep', ['status', '--box', 'lxc12', '--fleet', fleet(), '--json'], env);

test('set-up, worker and command line get through with the profile', async () => {
  const setUp = startImageProcess({ service: 'set-up', env: onImage('team') });
  expect([await setUp.ended, setUp.said()]).toEqual([0, expect.stringContaining('namespace lockstep: made')]);
  worker = startImageProcess({ service: 'worker', env: onImage('team') });
  await worker.until(`worker ready: ${front.address}, namespace lockstep`);
  const asked = await status(profile('team'));
  expect(asked.objects).toEqual([expect.objectContaining({ kind: 'error', code: 'NoRollout' })]);
});

test('or with the same in the environment', async () => {
  const asked = await status({
    TEMPORAL_ADDRESS: front.address,
    TEMPORAL_NAMESPACE: 'lockstep',
    TEMPORAL_API_KEY: API_KEY,
    TEMPORAL_TLS_SERVER_CA_CERT_PATH: certificates.authority,
    TEMPORAL_TLS_CLIENT_CERT_PATH: certificates.client.cert,
    TEMPORAL_TLS_CLIENT_KEY_PATH: certificates.client.key,
  });
  expect(asked.objects).toEqual([expect.objectContaining({ kind: 'error', code: 'NoRollout' })]);
});

test('so does the page’s command; what it can not get to is the box', async () => {
  const env = { ...profile('team'), TEMPORAL_ADDRESS: front.address };
  const ended = await typeFromPage(
    'docs/team.md',
    'TEMPORAL_ADDRESS=127.0.0.1:7233 TEMPORAL_NAMESPACE=lockstep TEMPORAL_UI_URL=http://127.0.0.1:8080 npm run start-rollout -- --box lxc12',
    { flags: ['--fleet', fleet(), '--json', '--yes'], env },
  );
  expect(ended.code).toBe(1);
  expect(ended.objects.at(-1)).toMatchObject({ kind: 'error', code: 'BoxUnreachable' });
});

test.each([
  ['wrong-key', 'TemporalRefused'],
  ['no-certificate', 'TemporalUnreachable'],
  ['unknown-authority', 'TemporalUnreachable'],
])('with the profile %s nobody gets in, and is told', async (name, code) => {
  const asked = await status(profile(name));
  expect(asked.code).toBe(1);
  expect(asked.objects).toEqual([expect.objectContaining({ kind: 'error', code })]);
  const refused = startImageProcess({ service: 'worker', env: onImage(name) });
  expect(await refused.ended).toBe(1);
  expect(refused.said()).toContain(code === 'TemporalRefused' ? 'refused us' : 'can not be reached');
});

test('without TLS nobody gets in either', async () => {
  const asked = await status({ TEMPORAL_ADDRESS: front.address, TEMPORAL_API_KEY: API_KEY, TEMPORAL_TLS: 'false' });
  expect(asked.objects).toEqual([expect.objectContaining({ code: 'TemporalUnreachable' })]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { namedTemporal } from '../../embedded/temporal-config';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lockstep-profile-'));
  file = join(folder, 'temporal.toml');
  writeFileSync(file, '[profile.prod]\naddress = "temporal.example:7233"\nnamespace = "lockers"\n[profile.empty]\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('TEMPORAL_ADDRESS is used as it is', () => {
  expect(namedTemporal({ TEMPORAL_ADDRESS: 'somewhere:7233', HOME: folder })).toMatchObject({
    address: 'somewhere:7233',
    namespace: 'default',
  });
});

test('a profile names address and namespace', () => {
  expect(namedTemporal({ TEMPORAL_PROFILE: 'prod', TEMPORAL_CONFIG_FILE: file, HOME: folder })).toMatchObject({
    address: 'temporal.example:7233',
    namespace: 'lockers',
  });
});

test('with neither, the embedded server serves', () => {
  expect(namedTemporal({ HOME: folder })).toBeNull();
});

test.each(['empty', 'unknown'])('a profile without an address is one clear error (%s)', (TEMPORAL_PROFILE) => {
  expect(() => namedTemporal({ TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE: file, HOME: folder })).toThrow(/profile/i);
});

import { makeReleaseLease } from '../../activities/release-lease';
import { Fault } from '../../domain/faults';
import { BoxName } from '../../domain/model/ids';
import { anActivityEnvironment } from '../support/activity-environment';
import { anInventory } from '../support/builders';
import { aFakeBox } from '../support/fake-box';

const box = BoxName.parse('lxc12');
const leaseOf = (holder: string) => ({ holder, generation: 5, by: 'joe', since: '2026-11-20T09:00:00.000Z' });

test.each([
  ['what this rollout holds unawares is given back', 'r-1', ['inspect', 'release-lease']],
  ['what somebody else holds is left alone', 'r-2', ['inspect']],
])('%s', async (_what, holder, verbs) => {
  const seen = { ...anInventory({ lockers: 1 }), lease: leaseOf(holder) };
  const fake = aFakeBox({ inspect: () => seen, 'release-lease': () => ({ released: true }) });
  const release = makeReleaseLease({ box: fake });
  await anActivityEnvironment().run<[], void, () => Promise<void>>(() => release({ box, rollout: 'r-1', generation: null }));
  expect(fake.calls.map(({ verb }) => verb)).toEqual(verbs);
  if (holder === 'r-1') expect(fake.calls[1]?.params).toEqual({ holder: 'r-1', generation: 5 });
});

test('a wrong host key is asked again, for as long as the workflow says', async () => {
  const fake = aFakeBox({
    'release-lease': () => {
      throw new Fault('HostKeyMismatch', 'lxc12 shows another host key.');
    },
  });
  const release = makeReleaseLease({ box: fake });
  const asked = anActivityEnvironment().run<[], void, () => Promise<void>>(() => release({ box, rollout: 'r-1', generation: 3 }));
  await expect(asked).rejects.toMatchObject({ type: 'HostKeyMismatch', nonRetryable: false });
});

import { statusLines } from '../../box/scripts/status';
import { aSeenLocker, anInventory } from '../support/builders';

test('one that is at its hooks is called neither stopped on purpose nor down', () => {
  const rows = (['up', 'down'] as const).flatMap((wanted) =>
    statusLines({
      ...anInventory({}),
      lockers: [{ ...aSeenLocker('ada'), state: 'other', initPid: null, wanted }],
    }).slice(-1),
  );
  for (const row of rows) expect(row.replace(/.*other/, '')).toMatch(/neither up nor down/);
  expect(rows.join('\n')).not.toMatch(/DOWN|on purpose/);
});

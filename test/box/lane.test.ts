import { admit } from '../../box/lane/admission';
import type { Pressure, Urgency } from '../../box/lane/admission';
import { watchCores } from '../../box/lane/free-cores';
import { makeLane } from '../../box/lane/lane';
import type { Wish } from '../../box/lane/lane';
import { parseMemoryAvailable, parseSomeAvg10 } from '../../box/lane/pressure';
import type { LockerName } from '../../domain/model/ids';

const limits = { maxStarting: 2, pressure: { cpuSomeAvg10: 60, memoryAvailable: 5, loadPerCore: 4, holdAfterMs: 60_000 } };
const calm: Pressure = { cpuSomeAvg10: 10, memoryAvailablePercent: 50, loadPerCore: 9 };

test.each<[string, number, Partial<Pressure>, Urgency, string | null]>([
  ['a calm box with a place lets one start', 1, {}, 'may-wait', null],
  ['no place, no start', 2, {}, 'may-wait', '2 lockers start already (maxStarting 2)'],
  ['no place for one that is down either', 2, {}, 'is-down', '2 lockers start already (maxStarting 2)'],
  ['CPU pressure holds', 0, { cpuSomeAvg10: 61.5 }, 'may-wait', 'CPU pressure (some avg10) 61.5 %, above 60 %'],
  ['little memory holds', 0, { memoryAvailablePercent: 4 }, 'may-wait', 'memory available 4.0 %, below 5 %'],
  ['without PSI the load counts', 0, { cpuSomeAvg10: null, loadPerCore: 4.5 }, 'may-wait', 'load per core 4.50, above 4'],
  ['with PSI the load does not', 0, { loadPerCore: 40 }, 'may-wait', null],
  ['of many that are down one starts however busy the cores are', 0, { cpuSomeAvg10: 99 }, 'is-wanted', null],
  ['and the next of them waits', 1, { cpuSomeAvg10: 99 }, 'is-wanted', 'CPU pressure (some avg10) 99.0 %, above 60 %'],
  ['little memory holds these too', 0, { memoryAvailablePercent: 4 }, 'is-wanted', 'memory available 4.0 %, below 5 %'],
  ['what is down starts under any pressure', 0, { cpuSomeAvg10: 99, memoryAvailablePercent: 1 }, 'is-down', null],
])('%s', (_, starting, pressure, urgency, because) => {
  const admission = admit(starting, limits, { pressure: { ...calm, ...pressure }, urgency, cores: 8, freeCores: 0 });
  expect(admission).toEqual(because === null ? { kind: 'go' } : { kind: 'wait', because });
});

test.each<[string, number, number, Urgency, string | null]>([
  ['as many as there are cores start however busy these are', 1, 0, 'may-wait', null],
  ['one more waits for a core', 2, 0, 'may-wait', '2 lockers start already, and none of 2 cores is free'],
  ['a core that is free takes one more', 2, 1, 'may-wait', null],
  ['what is down does not wait for a core', 2, 0, 'is-down', null],
])('%s', (_, starting, freeCores, urgency, because) => {
  const admission = admit(starting, { ...limits, maxStarting: 9 }, { pressure: calm, urgency, cores: 2, freeCores });
  expect(admission).toEqual(because === null ? { kind: 'go' } : { kind: 'wait', because });
});

test('an idle core counts once, and again only when another window is over', () => {
  let [now, idle] = [0, 0];
  const free = watchCores(
    () => now,
    () => idle,
  );
  [now, idle] = [50, 100];
  expect(free()).toBe(0);
  [now, idle] = [200, 390];
  expect(free()).toBe(2);
  expect(free()).toBe(0);
  [now, idle] = [400, 400];
  expect(free()).toBe(0);
  [now, idle] = [600, 560];
  expect(free()).toBe(1);
});

test('of those beyond the cores, each takes one that was free; the others follow when places come free', async () => {
  let free = 1;
  const cores = { count: 1, free: () => free };
  const lane = makeLane(async () => calm, Date.now, cores);
  const wide = { limits: { ...limits, maxStarting: 9 } };
  const first = await lane.enter(wish('a', wide));
  const later = ['b', 'c', 'd'].map((name) => lane.enter(wish(name, wide)));
  await later[0];
  free = 0;
  const before = lane.waiting().length;
  await tick(150);
  expect(lane.waiting().length).toBe(before);
  if (first.kind === 'place') first.place.leave();
  free = 1;
  for (const answer of await Promise.all(later)) expect(answer.kind).toBe('place');
});

const wish = (name: string, more: Partial<Wish> = {}): Wish => ({
  locker: name as LockerName,
  limits,
  urgency: 'may-wait',
  stillWanted: () => {},
  ...more,
});
const fenced = () => {
  throw new Error('fenced');
};
const tick = (ms = 20) => new Promise((resolve) => setTimeout(resolve, ms));

test('places go out in the order of asking, those that are down first', async () => {
  const lane = makeLane(async () => calm, Date.now);
  const order: string[] = [];
  const ask = async (name: string, more: Partial<Wish> = {}) => {
    const answer = await lane.enter(wish(name, more));
    if (answer.kind === 'place') order.push(name);
    return answer;
  };
  const first = [await ask('a'), await ask('b')];
  const later = [ask('c'), ask('d'), ask('e', { urgency: 'is-down' })];
  await tick();
  expect(order).toEqual(['a', 'b']);
  expect(lane.waiting()).toEqual(['e', 'c', 'd']);
  for (const answer of first) if (answer.kind === 'place') answer.place.leave();
  await tick();
  expect(order).toEqual(['a', 'b', 'e', 'c']);
  for (const answer of await Promise.all(later.slice(0, 1))) if (answer.kind === 'place') answer.place.leave();
  await Promise.all(later);
  expect(order).toEqual(['a', 'b', 'e', 'c', 'd']);
});

test('nobody is taken down while one that is down waits', async () => {
  const lane = makeLane(async () => calm, Date.now);
  const first = [await lane.enter(wish('a')), await lane.enter(wish('b'))];
  const order: string[] = [];
  const asked = [
    ['c', 'may-wait'],
    ['d', 'is-wanted'],
    ['e', 'is-down'],
    ['f', 'is-wanted'],
  ] as const;
  const later = asked.map(async ([name, urgency]) => {
    const answer = await lane.enter(wish(name, { urgency }));
    order.push(name);
    if (answer.kind === 'place') answer.place.leave();
  });
  expect(lane.waiting()).toEqual(['e', 'd', 'f', 'c']);
  for (const answer of first) if (answer.kind === 'place') answer.place.leave();
  await Promise.all(later);
  expect(order).toEqual(['e', 'd', 'f', 'c']);
});

test('a place that is left twice is free once', async () => {
  const lane = makeLane(async () => calm, Date.now);
  const answers = [await lane.enter(wish('a')), await lane.enter(wish('b'))];
  const [one] = answers;
  if (one?.kind === 'place') {
    one.place.leave();
    one.place.leave();
  }
  await lane.enter(wish('c'));
  expect(lane.starting()).toEqual(['b', 'c']);
});

test('who is held for too long is told so, with the figures', async () => {
  const lane = makeLane(async () => ({ ...calm, cpuSomeAvg10: 90 }), Date.now);
  const patience = { ...limits, pressure: { ...limits.pressure, holdAfterMs: 30 } };
  const answer = await lane.enter(wish('a', { limits: patience }));
  expect(answer).toMatchObject({ kind: 'held', because: 'CPU pressure (some avg10) 90.0 %, above 60 %' });
  expect(lane.waiting()).toEqual([]);
});

test('who lost its right while it waited leaves the lane with the reason', async () => {
  const lane = makeLane(async () => ({ ...calm, cpuSomeAvg10: 90 }), Date.now);
  await expect(lane.enter(wish('a', { stillWanted: fenced }))).rejects.toThrow('fenced');
});

test('figures of /proc are read, and their absence too', () => {
  expect(parseSomeAvg10('some avg10=12.50 avg60=3.00 avg300=1.00 total=5\nfull avg10=0.00')).toBe(12.5);
  expect(parseSomeAvg10('')).toBeNull();
  expect(parseMemoryAvailable('MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 250 kB\n')).toBe(25);
  expect(parseMemoryAvailable('')).toBe(100);
});

test('who waits long for his turn is told for what, and not at every look', async () => {
  let now = 0;
  const lane = makeLane(
    async () => ({ ...calm, cpuSomeAvg10: 90 }),
    () => now,
  );
  const said: string[] = [];
  void lane.enter(wish('ada', { onWait: (because) => void said.push(because) }));
  for (; now < 10_000; now += 1_000) await new Promise((resolve) => setTimeout(resolve, 120));
  expect(new Set(said)).toEqual(new Set(['CPU pressure (some avg10) 90.0 %, above 60 %']));
  expect(said.length).toBeGreaterThanOrEqual(2);
  expect(said.length).toBeLessThanOrEqual(4);
  now += limits.pressure.holdAfterMs;
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(lane.waiting()).toEqual([]);
});

import { boxAlarms } from '../../../domain/operator/box-alarms';
import { aRelease, aSeenLocker } from '../../support/builders';

const since = '2026-11-20T10:00:00.000Z';
const label = aRelease('old').label;

test.each([
  ['nothing', {}, []],
  ['a crash loop', { crashLoop: true }, [`ada crashes again and again on ${label}`]],
  [
    'brought back',
    { rewound: { from: 2, to: 1, since, end: 'serving' } },
    [`ada was brought back by its box to ${label}, since ${since}: it crashed again and again`],
  ],
  [
    'on its way',
    { rewound: { from: 2, to: 1, since, end: null } },
    [`ada is being brought back by its box to ${label}, since ${since}: it crashed again and again`],
  ],
  ['brought elsewhere since', { rewound: { from: 3, to: 2, since, end: 'serving' } }, []],
  ['one that came to nothing', { rewound: { from: 2, to: 1, since, end: 'overtaken' } }, []],
])('%s is told beside an ended rollout as it is', (_what, more, told) => {
  expect(boxAlarms([aSeenLocker('ada', more)])).toEqual(told);
});

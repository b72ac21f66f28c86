import { Fault } from '../../../domain/faults';
import { parsePolicyFlags } from '../../../domain/model/parse-policy-flags';

test('flags become policy', () => {
  expect(parsePolicyFlags({})).toEqual({});
  expect(parsePolicyFlags({ maxDown: undefined })).toEqual({});
  expect(parsePolicyFlags({ maxDown: '3' })).toEqual({ maxDown: 3 });
  expect(parsePolicyFlags({ maxDown: '10%', batches: '1, 5, 10%, rest', gate: 'every' })).toEqual({
    maxDown: '10%',
    batches: [1, 5, '10%', 'rest'],
    gates: 'every',
  });
  expect(parsePolicyFlags({ gate: '1,3' })).toEqual({ gates: [1, 3] });
});

test.each([
  [{ maxDown: '0' }, '--max-down "0" can not be used: --max-down: must be at least 1, not 0.'],
  [{ maxDown: '0%' }, '--max-down "0%" can not be used'],
  [{ maxDown: '-1' }, '--max-down "-1" can not be used: --max-down: must be at least 1, not -1.'],
  [{ maxDown: '1.5' }, '--max-down "1.5" can not be used'],
  [{ maxDown: '101%' }, '--max-down "101%" can not be used'],
  [{ maxDown: 'ten' }, '--max-down "ten" can not be used'],
  [{ maxDown: '' }, '--max-down "" can not be used'],
  [{ maxDown: '1\n2' }, '--max-down "1\\n2" can not be used'],
  [{ batches: '' }, '--batches "" can not be used'],
  [{ batches: '1,,2' }, '--batches "1,,2" can not be used'],
  [{ batches: '0,rest' }, '--batches "0,rest" can not be used: --batches: must be at least 1, not 0.'],
  [{ batches: 'rest,1' }, 'rest can only be the last'],
  [{ gate: '0' }, '--gate "0" can not be used: --gate: must be at least 1, not 0.'],
  [{ gate: 'canry' }, 'did you mean canary?'],
])('%j is refused, naming the flag and what would do', (flags, words) => {
  const parse = () => parsePolicyFlags(flags);
  expect(parse).toThrow(Fault);
  expect(parse).toThrow(words);
  expect(parse).toThrow(/Give /);
});

import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { QUIET_RETRY, quietAfterClose } from '../../embedded/quiet-after-close';

const closed = () => {
  throw new Error('Channel has been shut down');
};

const broken = () => {
  throw new Error('something else');
};

test('an attempt after the close goes nowhere; any other error is thrown', () => {
  const call = quietAfterClose({} as never, closed);
  expect(() => {
    call.start({} as never);
    call.halfClose();
  }).not.toThrow();
  expect(() => quietAfterClose({} as never, broken)).toThrow('something else');
});

// Without QUIET_RETRY the second attempt throws in its timer, and jest counts that as a failure of the file.
test('a question that is still tried again when the connection is closed throws nowhere', async () => {
  const connection = Connection.lazy({ address: '127.0.0.1:1', interceptors: [...QUIET_RETRY] });
  void connection.workflowService.getSystemInfo({}).catch(() => {});
  await sleep(60);
  await connection.close();
  await sleep(2_500);
});

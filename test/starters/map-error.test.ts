/** What the server answers a question with that nobody took up, as a fault that a person can do something about. */
import { faultOf } from '../../starters/operations/map-error';

const FAILED_PRECONDITION = 9;
const serverSays = (code: number, details: string) => Object.assign(new Error(details), { code, details, metadata: {} });

test.each([
  [FAILED_PRECONDITION, 'no poller seen for task queue recently, worker may be down', 'WorkerMissing'],
  [FAILED_PRECONDITION, 'Workflow is paused. Cannot query it.', 'WorkflowPaused'],
  [FAILED_PRECONDITION, 'Cannot query workflow due to Workflow Task in failed state.', 'RolloutStuck'],
  [1, 'Call cancelled', 'WorkerMissing'],
  [4, 'Deadline exceeded', 'WorkerMissing'],
  [14, 'No connection established', 'TemporalUnreachable'],
])('gRPC %i "%s" is %s', (code, details, fault) => {
  expect(faultOf(serverSays(code, details), { box: 'lxc12', address: '127.0.0.1:7233' })).toMatchObject({ code: fault });
});

test('what is no expected answer goes through as it is', () => {
  const error = serverSays(13, 'internal');
  expect(faultOf(error, { box: 'lxc12', address: '127.0.0.1:7233' })).toBe(error);
});

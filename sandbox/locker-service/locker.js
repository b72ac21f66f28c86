'use strict';
/**
 * A locker: keeps its owner's data, syncs in the background, answers on port 8042. Plain Node, no
 * dependencies. It is what Lockstep updates in demos and tests, so it does what a real one does:
 * a start that costs CPU, work in flight, a quiesce that can be undone, a stop that takes as long
 * as its work; and it writes down what was done to it (boot-log.js).
 */
const http = require('node:http');
const release = require('./release.json');
const { openBootLog } = require('./boot-log');
const { openDataFile } = require('./data-file');
const { makeMisbehaviour } = require('./misbehave');
const { readConfig } = require('./read-config');
const { makeScheduler } = require('./scheduler');
const { warmUp } = require('./warm-up');

const ME = process.env.LOCKER_ME || '/Me';
/** A container's network is its own; a locker that is a process has an address among others. */
const ADDRESS = process.env.LOCKER_ADDRESS || '0.0.0.0';
const CONFIG = process.env.LOCKER_CONFIG || '/Config/config.json';

async function main() {
  const build = readBuild();
  const bootLog = openBootLog(ME, build);
  const bad = makeMisbehaviour({ folder: ME, build, release });
  bad.crashAfterStart((why) => leave(bootLog, 'crash', 70, why));
  const lives = { leaving: false, server: null, scheduler: null };
  onSignals(bootLog, bad, lives);
  if (release.storage !== undefined) throw new Error(`cannot open the owner's data: unknown storage format ${release.storage}`);

  const config = readConfig(CONFIG);
  const data = openDataFile(ME, build);
  await warmUp(config.startCpuMs);
  lives.scheduler = makeScheduler(config.jobs, data);
  lives.server = http.createServer((request, response) =>
    answer({ request, response, build, config, bad, scheduler: lives.scheduler }),
  );
  await new Promise((resolve) => lives.server.listen(config.port, ADDRESS, resolve));
  lives.scheduler.begin();
}

function readBuild() {
  try {
    return require('./build.json').build;
  } catch {
    return 'unbuilt';
  }
}

/** First SIGTERM: finish the work in flight, then leave with 0. A second one: abort with 1. */
function onSignals(bootLog, bad, lives) {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGPWR']) {
    process.on(signal, () => {
      bootLog.write({ event: 'signal', signal });
      if (bad.is('ignore-term')) return;
      if (lives.leaving) return leave(bootLog, 'abort', 1, 'asked a second time');
      lives.leaving = true;
      finish(lives).then(() => leave(bootLog, 'exit', 0, 'work finished'));
    });
  }
}

async function finish({ server, scheduler }) {
  if (server) server.close();
  if (scheduler) await scheduler.finish();
}

function leave(bootLog, event, code, why) {
  bootLog.write({ event, code, why });
  if (code !== 0) console.error(`locker leaves with ${code}: ${why}`);
  process.exit(code);
}

const ROUTES = {
  'GET /core/revision': ({ build, bad }) => [200, { build: bad.reportedBuild(build), version: release.version }],
  'GET /health': ({ bad, scheduler }) =>
    bad.isFlappingNow() ? [503, { ok: false, why: 'flapping' }] : [200, { ok: true, ...scheduler.figures() }],
  'POST /core/quiesce': ({ scheduler }) => [200, { quiesced: scheduler.quiesce() }],
  'POST /core/unquiesce': ({ scheduler }) => [200, { quiesced: scheduler.unquiesce() }],
  'GET /core/idle': ({ bad, scheduler }) => {
    const { running, quiesced } = scheduler.figures();
    return [200, { idle: running === 0 && !bad.is('never-idle'), running, quiesced }];
  },
  'GET /core/self-check': ({ bad }) => [bad.is('fails-check') ? 503 : 200, { ok: !bad.is('fails-check') }],
  'GET /core/settings': ({ config }) => [200, config],
};

function answer(what) {
  const { request, response } = what;
  const route = ROUTES[`${request.method} ${request.url.split('?')[0]}`];
  if (route === ROUTES['GET /core/self-check'] && what.bad.is('mute-check')) return;
  const [status, body] = route ? route(what) : [404, { error: `no ${request.method} ${request.url} here` }];
  const text = `${JSON.stringify(body)}\n`;
  // Probes come one by one: a kept connection would only delay the stop.
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    connection: 'close',
  });
  response.end(text);
}

main().catch((error) => {
  console.error(error.stack);
  process.exit(70);
});

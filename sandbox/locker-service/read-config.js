'use strict';
/** `/Config/config.json`, as the config repository's template rendered it. */
const { readFileSync } = require('node:fs');

function readConfig(file) {
  const { port, startCpuMs = 0, jobs = {}, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  if (!Number.isInteger(port)) throw new Error(`${file} names no port`);
  const { everyMs = 1_000, medianMs = 200, sigma = 0.5, maxMs = 20_000 } = jobs;
  return { ...rest, port, startCpuMs, jobs: { everyMs, medianMs, sigma, maxMs } };
}

module.exports = { readConfig };

'use strict';
/** A start that costs CPU: parsing, indexing, caches. In slices, so that signals and timers get their turn. */
const SLICE_MS = 5;

async function warmUp(cpuMs) {
  const until = process.cpuUsage();
  const spent = () => {
    const { user, system } = process.cpuUsage(until);
    return (user + system) / 1_000;
  };
  while (spent() < cpuMs) {
    const sliceEnd = performance.now() + SLICE_MS;
    while (performance.now() < sliceEnd) Math.sqrt(Math.random());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

module.exports = { warmUp };

'use strict';
/**
 * `/Me/.boot-log`: what happened to this locker, by the locker itself, one JSON line each: `boot`,
 * `signal`, then `exit` (work finished), `abort` (asked twice) or `crash`. A life that ends with
 * none of them was killed. Written at once: the next moment may be the last.
 */
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

function openBootLog(folder, build) {
  const file = join(folder, '.boot-log');
  const startTime = startTimeOf();
  const write = (entry) => {
    const line = { at: new Date().toISOString(), pid: process.pid, startTime, build, ...entry };
    appendFileSync(file, `${JSON.stringify(line)}\n`);
  };
  write({ event: 'boot' });
  return { write };
}

/** In a container every life has pid 1; with the kernel's start time they are told apart, from outside too. */
function startTimeOf() {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

module.exports = { openBootLog };

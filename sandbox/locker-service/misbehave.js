'use strict';
/**
 * Faults on demand. A locker misbehaves when `/Me/.misbehave.json` says so, or when the release
 * itself was made so (release.json). The file is read at each use: it may change at any time.
 *
 *   { "kind": "crash-3s", "when": "always" }
 *   { "kind": "crash-3s", "when": { "notBuild": "1-gabc…" } }     on every build but that one
 *
 * ignore-term  SIGTERM does nothing          crash-50ms, crash-3s, crash-40s  after the start
 * never-idle   /core/idle always says busy   flap  /health is good for a second, bad for the next
 * wrong-build  /core/revision names another  fails-check, mute-check  /core/self-check is bad, never answers
 */
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const CRASH_AFTER_MS = { 'crash-50ms': 50, 'crash-3s': 3_000, 'crash-40s': 40_000 };
const FLAP_MS = 1_000;

function makeMisbehaviour({ folder, build, release }) {
  const began = process.hrtime.bigint();
  const age = () => Number((process.hrtime.bigint() - began) / 1_000_000n);
  const is = (kind) => release.misbehave === kind || fromFile(join(folder, '.misbehave.json'), build) === kind;
  return {
    is,
    reportedBuild: (real) => (is('wrong-build') ? `0-gwrong-not-${real}` : real),
    isFlappingNow: () => is('flap') && Math.floor(age() / FLAP_MS) % 2 === 1,
    crashAfterStart(crash) {
      for (const [kind, ms] of Object.entries(CRASH_AFTER_MS)) if (is(kind)) setTimeout(() => crash(`${kind} was asked for`), ms);
    },
  };
}

function fromFile(file, build) {
  try {
    const { kind, when = 'always' } = JSON.parse(readFileSync(file, 'utf8'));
    return when === 'always' || when.notBuild !== build ? kind : null;
  } catch {
    return null;
  }
}

module.exports = { makeMisbehaviour };

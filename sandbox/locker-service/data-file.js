'use strict';
/**
 * `/Me/data`: the owner's data, append only, JSON lines, each with a checksum over itself and the
 * line before. Whoever loses, repeats or tears a line breaks the chain. Every accepted item gets
 * a `done`, unless the locker was killed in between: the next start then writes `lost` for it.
 */
const { createHash } = require('node:crypto');
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');

function openDataFile(folder, build) {
  const file = join(folder, 'data');
  let { sum, seq, open } = readBack(file);

  const append = (entry) => {
    seq += 1;
    const body = JSON.stringify({ seq, at: new Date().toISOString(), build, ...entry });
    sum = sumOf(sum, body);
    appendFileSync(file, `${sum} ${body}\n`);
    return seq;
  };

  for (const item of open) append({ kind: 'lost', item });
  return { accept: () => append({ kind: 'accepted' }), done: (item) => append({ kind: 'done', item }) };
}

function readBack(file) {
  const open = new Set();
  let sum = '';
  let seq = 0;
  for (const line of textOf(file).split('\n').slice(0, -1)) {
    const body = line.slice(line.indexOf(' ') + 1);
    if (line.slice(0, line.indexOf(' ')) !== sumOf(sum, body)) throw new Error(`${file}: the chain breaks after item ${seq}`);
    const entry = JSON.parse(body);
    ({ seq } = entry);
    sum = sumOf(sum, body);
    if (entry.kind === 'accepted') open.add(seq);
    else open.delete(entry.item);
  }
  return { sum, seq, open: [...open] };
}

function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT') return '';
    throw error;
  }
}

const sumOf = (before, body) => createHash('sha256').update(`${before} ${body}`).digest('hex').slice(0, 16);

module.exports = { openDataFile, sumOf };

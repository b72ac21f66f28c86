'use strict';
/**
 * Work in flight. Every `everyMs` a job begins and takes a lognormal time: most are near the
 * median, a few are long, as syncs with other people's servers are. Quiesced, it begins none and
 * what runs goes on to its end.
 */
function makeScheduler({ everyMs, medianMs, sigma, maxMs }, data) {
  const running = new Set();
  let quiesced = false;
  let timer = null;
  let whenIdle = null;

  const job = () => {
    if (quiesced) return;
    const item = data.accept();
    running.add(item);
    setTimeout(() => {
      data.done(item);
      running.delete(item);
      if (running.size === 0 && whenIdle) whenIdle();
    }, durationMs());
  };
  const durationMs = () => Math.min(maxMs, medianMs * Math.exp(sigma * gaussian()));

  return {
    begin() {
      if (everyMs <= 0) return;
      job();
      timer = setInterval(job, everyMs);
    },
    quiesce: () => (quiesced = true),
    unquiesce: () => (quiesced = false),
    figures: () => ({ running: running.size, quiesced }),
    /** Begins nothing any more; resolves when the last job is done. */
    finish() {
      quiesced = true;
      clearInterval(timer);
      return running.size === 0 ? Promise.resolve() : new Promise((resolve) => (whenIdle = resolve));
    },
  };
}

/** Box-Muller. */
function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}

module.exports = { makeScheduler };

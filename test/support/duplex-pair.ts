/** Two streams, each the other's far end: a connection without a network. */
import { Duplex } from 'node:stream';

export function duplexPair(): [Duplex, Duplex] {
  const ends: Duplex[] = [];
  ends.push(
    makeEnd(() => ends[1] as Duplex),
    makeEnd(() => ends[0] as Duplex),
  );
  return ends as [Duplex, Duplex];
}

const makeEnd = (other: () => Duplex) =>
  new Duplex({
    read: () => {},
    write: (chunk, _, done) => {
      setImmediate(() => {
        if (!other().readableEnded) other().push(chunk);
        done();
      });
    },
    final: (done) => {
      setImmediate(() => {
        other().push(null);
        other().destroy();
        done();
      });
    },
  });

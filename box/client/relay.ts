/** stdin and stdout ↔ the socket, byte for byte: what sshd's forced command runs. */
import { connectBox } from './connect-box';
import type { Here } from './connect-box';

export async function relay(here: Here): Promise<number> {
  const socket = await connectBox(here);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
  // The SSH client is gone: the jobs go on without it.
  process.stdout.on('error', () => socket.destroy());
  return new Promise((resolve) => {
    socket.on('error', () => socket.destroy()).once('close', () => resolve(0));
  });
}

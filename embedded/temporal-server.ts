/** The embedded Temporal server: a real one with Web UI on loopback, its state in one SQLite file. */

export interface EmbeddedServer {
  readonly address: string;
  readonly webUi: string;
}

export function serverOf(detail: Readonly<Record<string, string>>): EmbeddedServer {
  return { address: `127.0.0.1:${detail['port']}`, webUi: `http://127.0.0.1:${detail['uiPort']}` };
}

/**
 * The server's own 4,096 is less than a box of 300 lockers takes, and before a run is rolled over its
 * window empties. Warned of at 10,240, ended at 51,200.
 */
const ROLL_OVER_AT_EVENTS = 8_000;

/** `--ip` on loopback; WAL and NORMAL as measured in the SDK's favour; native pause is on and is survived. */
export function serverArgs(database: string, port: number, uiPort: number): string[] {
  const sqlite = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'];
  const pause = ['--dynamic-config-value', 'frontend.WorkflowPauseEnabled=true'];
  const rollOver = ['--dynamic-config-value', `limit.historyCount.suggestContinueAsNew=${ROLL_OVER_AT_EVENTS}`];
  const where = ['--ip', '127.0.0.1', '--ui-ip', '127.0.0.1', '--port', String(port), '--ui-port', String(uiPort)];
  return ['server', 'start-dev', '--db-filename', database, ...sqlite, ...pause, ...rollOver, ...where, '--log-level', 'warn'];
}

/**
 * What starts lockerd when the box boots: a systemd unit, an init script, or cron. Pure.
 * Any question starts lockerd, and never a second one, so the hooks without systemd just ask: for what is answered at
 * once and well, however few lockers serve right after a boot.
 */
import type { HostFacts, Wanted } from '../../box-install/wanted';
import { INSTALL_PLACES, LOCKERCTL } from './install-places';

export const HOOKS = ['systemd', 'init.d', 'cron', 'none'] as const;
export type Hook = (typeof HOOKS)[number];

export type HookFacts = Pick<HostFacts, 'systemd' | 'pid1' | 'rcFolders' | 'cron'>;

/** `none`: then the first rollout or script after a boot starts it. */
export function chooseHook({ systemd, pid1, rcFolders, cron }: HookFacts): Hook {
  if (systemd) return 'systemd';
  if (pid1 === 'init' && rcFolders.length > 0) return 'init.d';
  if (cron) return 'cron';
  return rcFolders.length > 0 ? 'init.d' : 'none';
}

interface Running {
  readonly node: string;
  readonly lock: string;
  readonly pidFile: string;
}

export function hookOf(hook: Hook, { rcFolders }: HookFacts, running: Running): Wanted[] {
  switch (hook) {
    case 'systemd':
      return [
        { kind: 'file', path: '/etc/systemd/system/lockstep.service', mode: 0o644, text: unitText(running) },
        { kind: 'unit', name: 'lockstep.service', bundle: INSTALL_PLACES.bundle, pidFile: running.pidFile },
      ];
    case 'init.d':
      return [
        { kind: 'file', path: '/etc/init.d/lockstep', mode: 0o755, text: INIT_SCRIPT },
        ...rcFolders.map((folder): Wanted => ({ kind: 'link', path: `${folder}/S20lockstep`, target: '../init.d/lockstep' })),
      ];
    case 'cron':
      return [{ kind: 'file', path: '/etc/cron.d/lockstep', mode: 0o644, text: CRON_LINE }];
    case 'none':
      break;
  }
  return [];
}

/** KillMode: its lockers live in the same cgroup until LXC moves them, and must outlive it in any case. */
const unitText = ({ node, lock, pidFile }: Running): string => `[Unit]
Description=Lockstep: looks after the lockers of this box
After=network-online.target lxc.service lxd.service incus.service
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
ExecStart=/usr/bin/flock --nonblock --close ${lock} ${node} ${INSTALL_PLACES.bundle} lockerd --config ${INSTALL_PLACES.config}
ExecStop=/bin/sh -c 'kill -TERM "$(cat ${pidFile})"'
KillMode=process
Restart=always
RestartSec=10
Delegate=yes

[Install]
WantedBy=multi-user.target
`;

const INIT_SCRIPT = `#!/bin/sh
### BEGIN INIT INFO
# Provides:          lockstep
# Required-Start:    $remote_fs $network
# Required-Stop:
# Default-Start:     2 3 4 5
# Default-Stop:
# Short-Description: Lockstep: looks after the lockers of this box
### END INIT INFO
# A stop is not its business: lockers go down with the box, and are started again after its boot.
case "$1" in
  start | restart | force-reload) exec ${LOCKERCTL} history 1 >/dev/null ;;
  stop) ;;
  status) exec ${LOCKERCTL} status ;;
  *)
    echo "Usage: $0 {start|stop|restart|force-reload|status}" >&2
    exit 2
    ;;
esac
`;

const CRON_LINE = `# Lockstep: looks after the lockers of this box
@reboot root ${LOCKERCTL} history 1 >/dev/null
`;

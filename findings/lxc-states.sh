#!/bin/sh
# What LXC says of a container while its hooks run, and how it names its command socket. Needs root and LXC.
# A good engineer would guess: STARTING and STOPPING. Tested with LXC 5.0.2.
set -u
[ "$(id -u)" = 0 ] && command -v lxc-start >/dev/null || { echo "needs root and LXC"; exit 2; }
echo "LXC $(lxc-start --version), Linux $(uname -r)"
path=$(mktemp -d /tmp/finding-lxc-XXXXXX)
bad=0
monitor=
is() { # what it is about, seen, expected
  echo "$1: $2"
  [ "$2" = "$3" ] || { echo "  CHANGED: it was $3"; bad=1; }
}
container() { # name, lines of config
  mkdir -p "$path/$1/rootfs"
  for place in bin sbin lib lib64 usr proc sys dev; do
    mkdir -p "$path/$1/rootfs/$place"
    case $place in proc | sys | dev) ;; *) echo "lxc.mount.entry = /$place $place none bind,ro,optional 0 0" ;; esac
  done >"$path/$1/config"
  printf 'trap "exit 0" TERM\nwhile :; do sleep 0.1; done\n' >"$path/$1/rootfs/init.sh"
  cat >>"$path/$1/config" <<EOF
lxc.rootfs.path = dir:$path/$1/rootfs
lxc.mount.auto = proc:mixed sys:ro cgroup:mixed
lxc.apparmor.profile = unconfined
lxc.net.0.type = empty
lxc.signal.halt = SIGTERM
lxc.init.cmd = /bin/sh /init.sh
$2
EOF
}
state() { timeout "${2:-20}" lxc-info -P "$path" -n "$1" -s -H 2>/dev/null || echo "no answer"; }
clean() {
  for one in "$path"/*/config; do
    name=$(basename "$(dirname "$one")")
    lxc-stop -P "$path" -n "$name" -k 2>/dev/null
  done
  sleep 0.3
  while [ -n "$monitor" ] && [ -d "/proc/$monitor" ]; do sleep 0.1; done
  rm -rf "$path"
}
trap clean EXIT

container hooks "lxc.hook.pre-start = /bin/sh -c 'sleep 3'
lxc.hook.post-stop = /bin/sh -c 'sleep 5; touch $path/ran'"
lxc-start -P "$path" -n hooks -F >/dev/null 2>&1 </dev/null &
monitor=$!
sleep 0.7
is "lxc-info within 1 s, in a pre-start hook" "$(state hooks 1)" "no answer"
is "lxc-info when that has ended" "$(state hooks)" RUNNING
lxc-stop -P "$path" -n hooks -W
while [ "$(state hooks)" != STOPPED ] && [ -d "/proc/$monitor" ]; do sleep 0.1; done
is "lxc-info in the post-stop hook" "$(state hooks)" STOPPED
is "the hook has ended by then" "$([ -e "$path/ran" ] && echo yes || echo no)" no
sed -i '/^lxc.hook/d' "$path/hooks/config"
lxc-start -P "$path" -n hooks
is "exit code of lxc-start beside that hook" $? 0
is "the hook has ended by then" "$([ -e "$path/ran" ] && echo yes || echo no)" no

for bytes in 105 106; do
  name=$(printf "%$((bytes - ${#path} - 9))s" '' | tr ' ' a)
  container "$name" ""
  lxc-start -P "$path" -n "$name"
  plain=$(grep -c " @$path/$name/command\$" /proc/net/unix)
  is "sockets named after a container of $bytes bytes" "$plain" $((106 - bytes))
done
ln -s "$path" "$path/link"
is "the same container by a path through a link" "$(lxc-info -P "$path/link" -n "$name" -s -H 2>/dev/null)" STOPPED
exit $bad

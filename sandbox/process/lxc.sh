#!/bin/sh
# Stands in for LXC's commands on a box whose lockers are processes: the names, options and exit
# codes that lockerd uses (box/lxc/commands.ts), and no more. A locker is one process. It gets by
# its environment what a container gets by mounts: LOCKSTEP_MOUNT_<place> names the folder that is
# its /<place>, resolved at its start, and a word that begins with such a place means the folder.
# lxc-start becomes the locker, so there is nothing between it and whoever started it that could die.
set -eu

command=${0##*/}
path=${0%/*}/../lxc
name='' wants='' flag='' console='' log='' timeout=''

refuse() {
  echo "$command: $1" >&2
  exit "${2:-1}"
}

[ "${1:-}" != --version ] || { echo '0 (lockers are processes)' && exit 0; }
while [ $# -gt 0 ]; do
  case "$command $1" in
    *\ -P) path=$2 && shift ;;
    *\ -n) name=$2 && shift ;;
    *\ -H | lxc-start\ -F | lxc-attach\ --clear-env) ;;
    lxc-info\ -[spi]) wants=$wants${1#-} ;;
    lxc-stop\ -[Wk]) flag=$1 ;;
    lxc-wait\ -s) [ "$2" = STOPPED ] || refuse 'only STOPPED can be waited for here' && shift ;;
    lxc-wait\ -t) timeout=$2 && shift ;;
    lxc-start\ -o) log=$2 && shift ;;
    lxc-start\ -L) console=$2 && shift ;;
    lxc-start\ -[ls]) shift ;;
    lxc-attach\ --) shift && break ;;
    *) refuse "there is no $1 here: lockers are processes, and this stands in for LXC" ;;
  esac
  shift
done

config=$path/$name/config
record=$path/$name/init

setting() { # every value of the key, in order
  sed -n "s/^[[:space:]]*$1[[:space:]]*=[[:space:]]*//p" "$config"
}

life() { # of a process: its state and its start time, which tell one life of a pid from the next
  stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
  set -- ${stat##*) }
  state=$1
  shift 19
  began=$1
}

running() { # sets pid and state
  read -r pid since 2>/dev/null <"$record" || return 1
  life "$pid" && [ "$began" = "$since" ] && [ "$state" != Z ] && [ "$state" != X ]
}

mounts() { # `place folder`, one a line, as they are now
  setting lxc.mount.entry | while read -r source place _; do
    folder=$(cd -P "$source" && pwd -P) || exit 1
    echo "$place $folder"
  done
}

outside() { # the word, where its beginning is a place of the locker: the folder instead
  word=$1
  while read -r place folder; do
    case $word in "/$place" | "/$place/"*) word=$folder${word#"/$place"} ;; esac
  done <<EOF
$mounted
EOF
  echo "$word"
}

become() { # the words, in the environment of the locker
  i=$#
  while [ "$i" -gt 0 ]; do
    set -- "$@" "$(outside "$1")"
    shift
    i=$((i - 1))
  done
  while read -r place folder; do
    set -- "LOCKSTEP_MOUNT_$place=$folder" "$@"
  done <<EOF
$mounted
EOF
  while read -r entry; do
    [ -z "$entry" ] || set -- "${entry%%=*}=$(outside "${entry#*=}")" "$@"
  done <<EOF
$(setting lxc.environment)
EOF
  cd "$(outside /code)"
  exec env -i "PATH=$PATH" "LANG=C.UTF-8" "container=process" "$@"
}

note() { # a line of LXC's log, in the words that lockerd looks for
  echo "lxc-start $name $1" >>"${log:-/dev/stderr}"
}

lxc_start() {
  [ -f "$config" ] || refuse "$name does not exist"
  ! running || { note 'ERROR: Container is already running' && exit 0; }
  mounted=$(mounts 2>&1) || { note "ERROR: Failed to mount: $mounted" && exit 1; }
  life $$
  echo "$$ $began" >"$record"
  note "NOTICE: Started \"$(setting lxc.init.cmd)\" with pid \"$$\""
  # A container's console is cut at a megabyte; nothing cuts this one.
  [ -z "$console" ] || exec >"$console" 2>&1
  become $(setting lxc.init.cmd) </dev/null
}

lxc_info() {
  [ -f "$config" ] || refuse "$name doesn't exist"
  pid='' shown=STOPPED
  ! running || shown=RUNNING
  [ $shown = STOPPED ] || [ "$state" != T ] || shown=FROZEN
  case $wants in *s*) echo "State: $shown" ;; esac
  [ $shown != STOPPED ] || exit 0
  case $wants in *p*) echo "PID: $pid" ;; esac
  case $wants in *i*) setting lxc.net.0.ipv4.address | sed 's|/.*||' ;; esac
}

lxc_stop() {
  [ -n "$flag" ] || refuse 'say -W (signal and return) or -k (kill)'
  running || refuse "$name is not running" 2
  halt=$(setting lxc.signal.halt | tail -n 1)
  [ "$flag" = -W ] || halt=SIGKILL
  kill -s "${halt#SIG}" "$pid"
}

lxc_wait() {
  left=$((${timeout:-1000000} * 10))
  while running; do
    [ "$left" -gt 0 ] || exit 1
    left=$((left - 1))
    sleep 0.1
  done
}

lxc_attach() {
  running || refuse "$name is not running"
  mounted=$(tr '\0' '\n' <"/proc/$pid/environ" | sed -n 's/^LOCKSTEP_MOUNT_\([^=]*\)=/\1 /p')
  become "$@"
}

case $command in
  lxc-start) lxc_start ;;
  lxc-info) lxc_info ;;
  lxc-stop) lxc_stop ;;
  lxc-wait) lxc_wait ;;
  lxc-attach) lxc_attach "$@" ;;
  lxc-freeze) running && kill -s STOP "$pid" ;;
  lxc-unfreeze) running && kill -s CONT "$pid" ;;
  lxc-ls) for one in "$path"/*/config; do one=${one%/config} && echo "${one##*/}"; done ;;
  *) refuse 'there is no such command here' ;;
esac

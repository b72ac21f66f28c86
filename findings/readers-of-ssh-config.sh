#!/bin/sh
# npm ssh-config is what most Node programs read ssh's configuration with. Beside `ssh -G`, on files that are valid.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts ssh-config@5.3.0 >/dev/null
ssh -V 2>&1
cat >read.js <<'JS'
const { parse } = require('ssh-config');
const [file, host, key] = process.argv.slice(2);
const said = parse(require('fs').readFileSync(file, 'utf8')).compute(host, { ignoreCase: true })[key];
console.log([said ?? '(nothing)'].flat()[0]);
JS
try() { # what, host, keyword of ssh -G; the configuration comes on stdin
  cat >config
  ssh=$(ssh -F "$folder/config" -T -G "$2" | sed -n "s/^$3 //p")
  npm=$(node read.js config "$2" "$3")
  echo "$1: ssh says ${ssh:-(nothing)}, npm ssh-config 5.3.0 says $npm"
  if [ "$ssh" = "$npm" ]; then echo 'changed: both say the same'; exit 1; fi
}
printf 'Host box1?\n  User second\nHost box*\n  User first\n' | try 'a question mark stands for one letter' box1 user
printf 'Host box\n  Hostname 10.0.0.12\nMatch host 10.0.0.*\n  User ops\n' | try 'Match after a Hostname so spelt' box user
printf 'Host box\n  User ops#prod\n' | try 'a # inside a word' box user
printf 'Include %s/more\n' "$folder" >with-include
printf 'Host box\n  User ops\n' >more
try 'Include' box user <with-include
printf 'Match host box !exec "false"\n  User ops\n' | try 'Match exec' box user
printf 'Host box\n  ProxyCommand none\nHost *\n  ProxyJump gate\n' | try 'ProxyCommand before ProxyJump' box proxyjump

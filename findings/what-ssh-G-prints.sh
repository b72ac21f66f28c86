#!/bin/sh
# `ssh -G` is taken for the configuration that ssh will use. It prints most of it as it was written: which options are
# expanded and which are not, and that a list of paths loses its quotes. Uses the OpenSSH of this machine (seen: 9.2p1).
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ssh -V 2>&1
cat >"$folder/config" <<'CONFIG'
Host box
  HostName %h.example
  User ops
  IdentityFile ~/.ssh/id_%r
  CertificateFile ~/.ssh/cert_%r
  ControlPath ~/.ssh/cm_%r
  UserKnownHostsFile "~/.ssh/my known_%r" ~/.ssh/known_hosts
  GlobalKnownHostsFile ~/global_%r
  RevokedHostKeys ~/.ssh/revoked_%r
  ProxyCommand nc %h %p
CONFIG
said=$(ssh -F "$folder/config" -T -G box)
echo "$said" | grep -E '^(hostname|identityfile|certificatefile|controlpath|userknownhosts|globalknownhosts|revoked|proxycommand)'
home=$(getent passwd "$(id -u)" | cut -d: -f6)
expect() { echo "$said" | grep -qxF "$1" || { echo "changed: no line \"$1\""; exit 1; }; }
expect 'hostname box.example'
expect "controlpath $home/.ssh/cm_ops"
expect 'identityfile ~/.ssh/id_%r'
expect 'certificatefile ~/.ssh/cert_%r'
expect "userknownhostsfile $home/.ssh/my known_ops $home/.ssh/known_hosts"
expect 'globalknownhostsfile ~/global_%r'
expect 'revokedhostkeys ~/.ssh/revoked_%r'
expect 'proxycommand nc %h %p'
echo 'ssh -G expands HostName, ControlPath and UserKnownHostsFile, and prints the other paths and commands as they were written.'

#!/bin/sh
# `ssh -i KEY` shows every key of the agent before KEY, unless the agent has KEY, too; then that one goes first.
set -eu
folder=$(mktemp -d)
eval "$(ssh-agent -a "$folder/agent")" > /dev/null
trap 'kill "$SSH_AGENT_PID"; [ ! -s "$folder/pid" ] || kill "$(cat "$folder/pid")"; rm -rf "$folder"' EXIT
ssh -V 2>&1
for key in host named one two; do ssh-keygen -q -t ed25519 -N '' -C "$key" -f "$folder/$key"; done
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir -p /run/sshd
printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $folder/host" "AuthorizedKeysFile $folder/none" \
  "PidFile $folder/pid" 'StrictModes no' 'UsePAM no' 'PasswordAuthentication no' > "$folder/config"
"$(command -v sshd || echo /usr/sbin/sshd)" -f "$folder/config" 2> /dev/null
while [ ! -s "$folder/pid" ]; do sleep 0.1; done
order() {
  ssh -v -F none -o BatchMode=yes -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -i "$folder/named" -p "$port" \
    127.0.0.1 true 2>&1 | sed -n 's/.*Offering public key: \([^ ]*\).*/\1/p' | sed 's#.*/##' | tr '\n' ' '
}
ssh-add -q "$folder/one" "$folder/two"
without=$(order)
echo "-i named, agent has one and two:        $without"
ssh-add -q "$folder/named"
with=$(order)
echo "-i named, agent has one, two and named: $with"
[ "$without" = 'one two named ' ] && [ "$with" = 'named one two ' ]

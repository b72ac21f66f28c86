#!/bin/sh
# A plain known_hosts line counts for a host's other ports, too, but only where nothing is said of that port.
set -eu
folder=$(mktemp -d)
trap 'kill "$(cat "$folder/pid")"; rm -rf "$folder"' EXIT
ssh -V 2>&1
for key in host other id; do ssh-keygen -q -t ed25519 -N '' -f "$folder/$key"; done
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
mkdir -p /run/sshd
printf '%s\n' "Port $port" 'ListenAddress 127.0.0.1' "HostKey $folder/host" "AuthorizedKeysFile $folder/id.pub" \
  "PidFile $folder/pid" 'StrictModes no' 'UsePAM no' 'PermitRootLogin yes' > "$folder/config"
"$(command -v sshd || echo /usr/sbin/sshd)" -f "$folder/config"
while [ ! -s "$folder/pid" ]; do sleep 0.1; done
try() {
  ssh -F none -o BatchMode=yes -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=none -o UserKnownHostsFile="$folder/known" \
    -i "$folder/id" -p "$port" 127.0.0.1 true 2>/dev/null && echo accepts || echo refuses
}
right=$(cut -d' ' -f1,2 "$folder/host.pub") wrong=$(cut -d' ' -f1,2 "$folder/other.pub")
echo "127.0.0.1 $right" > "$folder/known"
plain=$(try)
echo "port $port, a line for the plain name: ssh $plain"
echo "[127.0.0.1]:$port $wrong" >> "$folder/known"
both=$(try)
echo "and a line with another key for the port: ssh $both"
[ "$plain" = accepts ] && [ "$both" = refuses ]

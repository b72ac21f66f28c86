#!/bin/sh
# The kernel's table of neighbours, and its limit gc_thresh3, are one for all network namespaces: 50 entries in a
# namespace of its own are counted in the table of the host. Needs root. Sends nothing; 50 entries, gone at the end.
set -u
[ "$(id -u)" = 0 ] && command -v ip >/dev/null || { echo "needs root and iproute2"; exit 2; }
[ -r /proc/net/stat/arp_cache ] || { echo "this kernel, or this namespace, does not show the table"; exit 2; }
echo "Linux $(uname -r)"
ns=finding-neigh-$$
entries() { printf '%d\n' "0x$(sed -n '2s/ .*//p' /proc/net/stat/arp_cache)"; }
trap 'ip netns del $ns' EXIT
ip netns add $ns
ip -n $ns link add d0 type veth peer name d1
ip -n $ns addr add 10.213.254.1/24 dev d0
ip -n $ns link set d0 up
ip -n $ns link set d1 up
before=$(entries)
i=2
while [ $i -lt 52 ]; do
  ip -n $ns neigh add 10.213.254.$i lladdr 02:00:00:00:00:$(printf %02x $i) nud reachable dev d0
  i=$((i + 1))
done
after=$(entries)
echo "entries in the table of the host: $before, with 50 in another namespace: $after"
echo "gc_thresh3 in that namespace: $(ip netns exec $ns cat /proc/sys/net/ipv4/neigh/default/gc_thresh3 2>/dev/null || echo 'not to be read')"
# Others on the machine come and go meanwhile.
[ $((after - before)) -ge 40 ] || { echo "CHANGED: they are not counted together"; exit 1; }

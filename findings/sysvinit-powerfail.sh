#!/usr/bin/env bash
# `lxc-stop` sends SIGPWR where no halt signal is configured, and sysvinit is to shut down on it by its inittab. Debian's
# inittab has the lines, so that whoever reads it would call that halt signal right; the script that they run,
# /etc/init.d/powerfail, is in none of the packages that make up sysvinit. Such a container runs on until it is killed.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
chmod 755 "$dir"; cd "$dir"
for package in sysvinit-core=3.06-4 sysvinit-utils=3.06-4 sysv-rc=3.06-4 initscripts=3.06-4; do
  apt-get download -qq "$package" 2>/dev/null; echo "$package"
done
for file in *.deb; do dpkg -x "$file" root; done
lines=$(grep -cE '^p[fno]:.*:/etc/init.d/powerfail ' root/usr/share/sysvinit/inittab)
scripts=$(find root/etc/init.d -name '*powerfail*' | wc -l)
echo "lines of the inittab that run /etc/init.d/powerfail: $lines; such scripts in the packages: $scripts"
[[ $lines -eq 3 && $scripts -eq 0 ]] || { echo 'CHANGED'; exit 1; }

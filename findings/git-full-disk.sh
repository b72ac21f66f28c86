#!/usr/bin/env bash
# A checkout onto a full file system: git says "unable to write file" with no reason, where other programs say
# "No space left on device". Whoever looks for ENOSPC's words in git's output takes it for a broken repository.
set -euo pipefail
dir=$(mktemp -d); trap 'umount "$dir/full" 2>/dev/null || true; rm -rf "$dir"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 LC_ALL=C
git --version
git init -q -b main "$dir/repo"; cd "$dir/repo"
head -c 3000000 /dev/urandom > large
git add -A; git -c user.name=T -c user.email=t@example.invalid commit -qm one
mkdir "$dir/full"; mount -t tmpfs -o size=1m tmpfs "$dir/full"
said=$(git --work-tree="$dir/full" checkout -f main -- . 2>&1) && code=0 || code=$?
copied=$(cp large "$dir/full/copy" 2>&1) || true
echo "git, exit $code: $said"; echo "cp: $copied"
[[ $code -ne 0 && $said == *'unable to write file'* && $said != *'No space left'* && $copied == *'No space left'* ]] || { echo 'CHANGED'; exit 1; }

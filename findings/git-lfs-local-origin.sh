#!/usr/bin/env bash
# git-lfs with an origin that is a folder of the same machine:
# - the fetch is done by hard links: written in place, the copy spoils the origin;
# - with GIT_DIR in its environment (and its storage elsewhere) it looks for the origin's files in that very repository, and says "remote
#   missing object" of files that are there; with `git -C` it finds them;
# - `git lfs fetch` fails as a whole for a text that looks like a pointer and has no filter, after it has
#   fetched everything else.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME=$dir
git --version; git lfs version
git init -q --bare -b main "$dir/origin.git"; git init -q -b main "$dir/repo"; cd "$dir/repo"
git remote add origin "$dir/origin.git"; git lfs install --local >/dev/null; git lfs track '*.bin' >/dev/null
git config lfs.allowincompletepush true
echo content > a.bin
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%064d\nsize 12\n' 0 > text
git add -A; git -c user.name=T -c user.email=t@example.invalid commit -qm one; git push -q origin main >/dev/null 2>&1
git clone -q --bare "$dir/origin.git" "$dir/mirror.git"; git -C "$dir/mirror.git" config remote.origin.url "$dir/origin.git"
git -C "$dir/mirror.git" config lfs.storage "$dir/store"; cd "$dir"
by_dir=0; GIT_DIR=$dir/mirror.git git lfs fetch origin main >/dev/null 2>"$dir/said" || by_dir=$?
mkdir -p "$dir/store/objects"; found_by_dir=$(find "$dir/store/objects" -type f | wc -l)
by_c=0; git -C "$dir/mirror.git" lfs fetch origin main >/dev/null 2>&1 || by_c=$?
found_by_c=$(find "$dir/store/objects" -type f | wc -l)
links=$(stat -c %h "$(find "$dir/store/objects" -type f | head -1)")
echo "by GIT_DIR: exit $by_dir, $found_by_dir files, $(grep -c 'remote missing object' "$dir/said") said to be missing"
echo "by -C: exit $by_c, $found_by_c files, links of the first: $links"
[[ $by_dir != 0 && $found_by_dir == 0 && $by_c != 0 && $found_by_c == 1 && $links -ge 2 ]] || { echo 'CHANGED'; exit 1; }

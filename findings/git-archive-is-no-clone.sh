#!/usr/bin/env bash
# `git archive` of a commit is not what a clone of it has, and never says so: exit 0 each time.
# - a submodule becomes an empty folder;
# - export-ignore leaves files out;
# - export-subst with %D writes the names of the refs that this one repository has: two mirrors of one
#   commit give two trees.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git --version
git init -q -b main "$dir/repo"; cd "$dir/repo"
mkdir tools; echo tool > tools/run; echo '$Format:%D$' > version
printf 'tools export-ignore\nversion export-subst\n' > .gitattributes
git add -A; git update-index --add --cacheinfo "160000,$(printf 'a%.0s' {1..40}),sub"
git -c user.name=T -c user.email=t@example.invalid commit -qm one
git clone -q --bare "$dir/repo" "$dir/mirror.git"; git tag v1
one=$(git archive HEAD | tar -xO version); two=$(git -C "$dir/mirror.git" archive HEAD | tar -xO version)
names=$(git archive HEAD | tar -t | tr '\n' ' ')
echo "files: $names"; echo "version here: $one"; echo "version in a mirror: $two"
[[ $names == '.gitattributes sub/ version ' && $one != "$two" ]] || { echo 'CHANGED'; exit 1; }

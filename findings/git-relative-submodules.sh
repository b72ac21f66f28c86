#!/usr/bin/env bash
# Relative addresses of submodules count the repository's own name as a step: `./x.git` is below the repository's
# address (no host serves that), the sibling is `../x.git`. One `../` more than there are steps takes the host away
# and makes the next word the host; only when nothing is left is it an error.
set -euo pipefail
dir=$(mktemp -d); trap 'rm -rf "$dir"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
git --version
resolved() {
  rm -rf "$dir/r"; git init -q "$dir/r"; cd "$dir/r"; git config remote.origin.url "$1"
  printf '[submodule "s"]\n\tpath = s\n\turl = %s\n' "$2" > .gitmodules
  git update-index --add --cacheinfo "160000,$(printf 'a%.0s' {1..40}),s"
  git submodule --quiet init; git config submodule.s.url
}
said=$(for url in ./x.git ../x.git ../../../x.git; do resolved https://host/team/repo.git "$url"; done)
echo "$said"
[[ $said == $'https://host/team/repo.git/x.git\nhttps://host/team/x.git\nhttps://x.git' ]] || { echo 'CHANGED'; exit 1; }

#!/bin/sh
# git fetch from a shallow clone takes nothing, warns, and exits with 0.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder" GIT_CONFIG_NOSYSTEM=1
git --version
git init --quiet --initial-branch=main "$folder/whole"
for subject in First Second; do
  git -C "$folder/whole" -c user.name=t -c user.email=t@example.invalid commit --quiet --allow-empty -m "$subject"
done
git clone --quiet --depth 1 "file://$folder/whole" "$folder/shallow"
git init --quiet --bare "$folder/mirror"
git -C "$folder/mirror" fetch --quiet "$folder/shallow" '+refs/heads/*:refs/heads/*'
echo "fetch -> exit $?"
echo "the origin has: $(git -C "$folder/mirror" ls-remote --heads "$folder/shallow")"
echo "the mirror has: $(git -C "$folder/mirror" for-each-ref)"
[ -n "$(git -C "$folder/mirror" ls-remote --heads "$folder/shallow")" ]
[ -z "$(git -C "$folder/mirror" for-each-ref)" ]

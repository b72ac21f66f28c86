#!/bin/sh
# git rev-parse --verify refs/heads/NAME succeeds without such a branch, if NAME ends as `git describe` prints.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export HOME="$folder" GIT_CONFIG_NOSYSTEM=1
git --version
git init --quiet --initial-branch=main "$folder/repo"
cd "$folder/repo"
for subject in First Second; do
  git -c user.name=t -c user.email=t@example.invalid commit --quiet --allow-empty -m "$subject"
done
first=$(git rev-parse HEAD~1)
git tag "release-9-g$(git rev-parse --short HEAD~1)" HEAD
for name in refs/heads/nosuchbranch-g$(git rev-parse --short HEAD~1) refs/heads/release-9-g$(git rev-parse --short HEAD~1); do
  found=$(git rev-parse --verify --end-of-options "$name^{commit}")
  echo "rev-parse --verify $name^{commit} -> $found ($(git show --no-patch --format=%s "$found"))"
  [ "$found" = "$first" ]
  ! git show-ref --verify --quiet "$name"
  echo "show-ref --verify $name -> no such ref"
done

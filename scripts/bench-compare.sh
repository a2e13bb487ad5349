#!/usr/bin/env bash
# Runs the bench of an older revision and of this tree in turns, and has benchstat
# print the ratios with their intervals. Both must know "bench --go".
#
#   REV=HEAD~1 ROUNDS=5 PARTS=import,mine REVIEWS=200000 scripts/bench-compare.sh
#
# With PACKAGE=./nlp the Go benchmarks of a package are compared in its place.
set -euo pipefail
cd "$(dirname "$0")/.."
rev=${REV:?写明与哪个版本比较，例如 REV=HEAD~1}
rounds=${ROUNDS:-5}
work=$(mktemp -d "${TMPDIR:-/tmp}/chaping-compare.XXXXXX")
trap 'git worktree remove --force "$work/tree" 2>/dev/null || true; rm -rf "$work"' EXIT
git worktree add -q --detach "$work/tree" "$rev"

build() { # of a tree, to a file
  if [ -n "${PACKAGE:-}" ]; then
    (cd "$1" && CGO_ENABLED=0 go test -tags=ne -c -o "$2" "$PACKAGE")
  else
    (cd "$1" && CGO_ENABLED=0 go build -tags=ne -o "$2" ./cmd/chaping)
  fi
}
run() { # a program, once, where its tree is
  if [ -n "${PACKAGE:-}" ]; then
    (cd "$2/$PACKAGE" && "$1" -test.run '^$' -test.bench "${BENCH:-.}" -test.benchmem)
  else
    "$1" bench --go --only "${PARTS:-import,mine}" --reviews "${REVIEWS:-200000}" --dir "$work" --data "$work/none" 2>/dev/null
  fi
}
build "$work/tree" "$work/before"
build . "$work/after"
for ((i = 1; i <= rounds; i++)); do
  echo "第 $i 轮，共 $rounds 轮" >&2
  if ((i % 2)); then
    run "$work/before" "$work/tree" >>"$work/before.txt"
    run "$work/after" . >>"$work/after.txt"
  else
    run "$work/after" . >>"$work/after.txt"
    run "$work/before" "$work/tree" >>"$work/before.txt"
  fi
done
cd "$work"
go run golang.org/x/perf/cmd/benchstat@latest before.txt after.txt

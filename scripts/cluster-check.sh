#!/usr/bin/env bash
# Checks that a ClickHouse server or cluster does all that chaping asks of it:
# migrations, the suite that every place of the store must pass, a server killed
# while reviews come in, and figures.
#
#   scripts/cluster-check.sh 'clickhouse://user:password@host1:9000,host2:9000/?cluster=chaping'
#   scripts/cluster-check.sh embedded        the embedded engine, without a kill
#
# It works in databases of its own (chaping_check_…), which it drops again. The
# user needs CREATE DATABASE and DROP DATABASE besides what docs/cluster.md says.
# For the kill test say how a server is killed and started again, by commands that
# this machine can run; a cluster must go on without it, a single server is waited
# for (40 s at most):
#
#   export CHAPING_CHECK_KILL='ssh ch-s1r2 sudo systemctl kill -s KILL clickhouse-server'
#   export CHAPING_CHECK_START='ssh ch-s1r2 sudo systemctl start clickhouse-server'
#
# CHAPING_CHECK_ONLY is an expression of tests to run ("Migrations|Figures"),
# CHAPING_CHECK_PROGRAM a test program that was built before ("go test -c ./store").
# Everything that is printed can be shown to others: no password is.
set -euo pipefail
if [ $# -ne 1 ]; then
  sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,21p' >&2
  exit 2
fi
export CHAPING_CHECK_STORE=$1
cd "$(dirname "$0")/../store"
only=${CHAPING_CHECK_ONLY:-.}
program=${CHAPING_CHECK_PROGRAM:-}
if [ -z "$program" ]; then
  work=$(mktemp -d "${TMPDIR:-/tmp}/chaping-check.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  program=$work/store.test
  CGO_ENABLED=0 go test -tags=ne -c -o "$program" .
fi

failed=()
# check PART: runs a part of the test; what it says comes without the test tool's own words.
check() {
  local pattern=TestGivenPlace/$1
  echo "== $1"
  if ! CI='' "$program" -test.v -test.count=1 -test.timeout=30m -test.run "$pattern" 2>&1 |
    grep -v -e '^=== ' -e '^PASS$' -e '^ok ' -e '^--- PASS: TestGivenPlace' | sed 's/^ *[a-z_]*_test\.go:[0-9]*: /    /'; then
    failed+=("$1")
  fi
}
# Parts separated by | are run one by one, so that one which fails does not stop the others.
[ "$only" != . ] || only='Migrations|Suite|Killed|Figures'
IFS='|' read -ra parts <<<"$only"
for part in "${parts[@]}"; do
  if [ "$part" = Killed ] && { [ -z "${CHAPING_CHECK_KILL:-}" ] || [ -z "${CHAPING_CHECK_START:-}" ]; }; then
    echo "== Killed：没有测（没有设 CHAPING_CHECK_KILL 和 CHAPING_CHECK_START）"
    continue
  fi
  check "$part"
done
if [ ${#failed[@]} -gt 0 ]; then
  echo "没有通过：${failed[*]}"
  exit 1
fi
echo "测过的都对"

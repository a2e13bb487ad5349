#!/usr/bin/env bash
# Runs the linters of .golangci.yml with a pinned golangci-lint, which the Go
# tool fetches and builds once.
set -euo pipefail
cd "$(dirname "$0")/.."
version=v2.15.0
bin=${XDG_CACHE_HOME:-$HOME/.cache}/chaping/tools/$version
if [ ! -x "$bin/golangci-lint" ]; then
  echo "正在编译 golangci-lint $version（只需一次）……" >&2
  GOBIN=$bin GOFLAGS= go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$version"
fi
# As the tests are compiled, so that what they compiled is there.
CGO_ENABLED=0 "$bin/golangci-lint" run ./...

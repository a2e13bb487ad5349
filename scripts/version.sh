#!/usr/bin/env bash
# Prints the version of the program, which stands in cmd/chaping/version.go only.
set -euo pipefail
sed -n 's/^const version = "\(.*\)"$/\1/p' "$(dirname "$0")/../cmd/chaping/version.go"

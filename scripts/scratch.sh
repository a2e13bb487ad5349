#!/usr/bin/env bash
# Makes a folder for what tests write, and prints its path. In memory where
# there is room and programs may run from there: the engine flushes every
# insert to the disk, and tests wait for it longer than for anything else.
set -euo pipefail
shm=/dev/shm
if [ -z "${TMPDIR:-}" ] && [ -w "$shm" ] && [ "$(df --output=avail -k "$shm" | tail -n 1)" -gt $((6 << 20)) ] &&
  [ "$(awk '/MemAvailable/ {print $2}' /proc/meminfo)" -gt $((8 << 20)) ] && dir=$(mktemp -d "$shm/chaping.XXXXXX"); then
  cp "$(type -P true)" "$dir/true"
  if "$dir/true" 2>/dev/null; then
    rm "$dir/true"
    echo "$dir"
    exit
  fi
  rm -rf "$dir"
fi
mktemp -d

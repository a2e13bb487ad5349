#!/usr/bin/env bash
# Fetches the embedded engine (libchdb) with the npm client into the user's
# cache, once. npm checks the package against the sha512 in
# scripts/engine/package-lock.json. Prints the path of the library.
#
# The program looks in the same place; CHAPING_ENGINE names another file.
set -euo pipefail
here=$(cd "$(dirname "$0")/engine" && pwd)

if [ -n "${CHAPING_ENGINE:-}" ]; then
  [ -f "$CHAPING_ENGINE" ] || { echo "CHAPING_ENGINE 指向的文件不存在：$CHAPING_ENGINE" >&2; exit 4; }
  echo "$CHAPING_ENGINE"
  exit 0
fi

version=$(sed -n 's/.*"@chdb\/lib-linux-x64-gnu": "\([^"]*\)".*/\1/p' "$here/package.json" | head -n 1)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/chaping/engine
library=$cache/$version/libchdb.so
if [ -f "$library" ]; then
  echo "$library"
  exit 0
fi

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "内嵌引擎 $version 只有 Linux x86_64 版。请改用 ClickHouse 服务器：--store clickhouse://主机:9000/chaping" >&2
  exit 4
fi
command -v npm >/dev/null || { echo "需要 npm 来下载内嵌引擎。请先安装：apt-get install npm" >&2; exit 4; }

# A directory of its own, renamed at the end: a killed download leaves nothing
# under the final name.
mkdir -p "$cache"
work=$(mktemp -d "$cache/.fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
echo "正在下载内嵌引擎 libchdb $version（约 178 MB，解压后 566 MB，只需一次）……" >&2
cp "$here/package.json" "$here/package-lock.json" "$work/"
(cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >&2
mkdir "$work/out"
mv "$work/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so" "$work/out/"
mkdir -p "$cache/$version"
mv "$work/out/libchdb.so" "$library"
echo "$library"

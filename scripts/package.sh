#!/usr/bin/env bash
# Builds the packages of the program with its engine into dist/: those named, of
# deb, rpm and tar, or all. CHAPING_PACKAGE_VERSION is for tests of upgrades.
set -euo pipefail
cd "$(dirname "$0")/.."
nfpm=v2.45.0 # the last whose modules can all be had from the module proxy

version=${CHAPING_PACKAGE_VERSION:-$(scripts/version.sh)}
formats=("$@")
[ ${#formats[@]} -gt 0 ] || formats=(deb rpm tar)
engine=$(scripts/engine.sh)
out=${CHAPING_DIST:-dist}
stage=$(mktemp -d "${TMPDIR:-/tmp}/chaping-package.XXXXXX")
trap 'rm -rf "$stage"' EXIT
mkdir -p "$out" "$stage/completion" "$stage/man"

# The same sources give the same files.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
moment=$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y-%m-%dT%H:%M:%SZ)

make --silent build BIN="$stage/chaping"
size=$(stat -c %s "$stage/chaping")
if [ "$size" -gt 60000000 ]; then
  echo "程序 $size 字节，超过 60 MB" >&2
  exit 1
fi
"$stage/chaping" completion bash >"$stage/completion/chaping.bash"
"$stage/chaping" completion zsh >"$stage/completion/_chaping"
"$stage/chaping" completion fish >"$stage/completion/chaping.fish"
CGO_ENABLED=0 GOFLAGS="${GOFLAGS:-} -tags=ne,manual" go run -trimpath ./cmd/chaping "$stage/man"
gzip -9 -n "$stage"/man/*.1
ln "$engine" "$stage/libchdb.so" 2>/dev/null || cp "$engine" "$stage/libchdb.so"

tools=${XDG_CACHE_HOME:-$HOME/.cache}/chaping/tools/nfpm-$nfpm
if [ ! -x "$tools/nfpm" ]; then
  echo "正在编译 nfpm $nfpm（只需一次）……" >&2
  CGO_ENABLED=0 GOBIN=$tools GOFLAGS='' go install "github.com/goreleaser/nfpm/v2/cmd/nfpm@$nfpm"
fi

for format in "${formats[@]}"; do
  case $format in
    deb | rpm)
      # nfpm fills in no variables in scripts.
      scripts=$stage/scripts
      mkdir -p "$scripts"
      for script in packaging/*.sh; do
        sed "s/\${VERSION}/$version/g" "$script" >"$scripts/$(basename "$script")"
      done
      sed -e "s|: packaging/\([a-z]*\.sh\)|: $scripts/\1|" -e "s|\${VERSION}|$version|" \
        -e "s|\${STAGE}|$stage|" -e "s|\${MTIME}|$moment|" packaging/nfpm.yaml >"$stage/nfpm.yaml"
      "$tools/nfpm" package --config "$stage/nfpm.yaml" --packager "$format" --target "$out/"
      ;;
    tar)
      tree=$stage/chaping-$version
      mkdir -p "$tree/bin" "$tree/lib/chaping" "$tree/share/man/man1" "$tree/share/completion" "$tree/share/packaging"
      ln "$stage/chaping" "$tree/bin/chaping"
      ln "$stage/libchdb.so" "$tree/lib/chaping/libchdb.so"
      cp "$stage"/man/*.gz "$tree/share/man/man1/"
      cp "$stage"/completion/* "$tree/share/completion/"
      cp packaging/chaping.service packaging/chaping.env packaging/sysusers.conf packaging/chaping-admin \
        packaging/grafana/chaping.json configs/schedule.yaml configs/*.example.yaml "$tree/share/packaging/"
      cp README.md CHANGELOG.md LICENSE docs/recipes.md "$tree/"
      tar -C "$stage" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner \
        -cf - "chaping-$version" | gzip -6 -n >"$out/chaping-$version-linux-amd64.tar.gz"
      ;;
    *)
      echo "不认识的软件包“$format”，可用 deb、rpm、tar" >&2
      exit 2
      ;;
  esac
done
ls -l "$out" >&2

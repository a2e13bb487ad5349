#!/usr/bin/env bash
# Installs the package in a clean Debian with systemd of its own, as an
# administrator does, and upgrades, downgrades, fills up and removes it; what
# happens inside is packaging/test/inside.sh. Needs root, and the network when
# the clean system is made, which is once, in the user's cache; where it lacks
# something it says so and skips.
set -euo pipefail
cd "$(dirname "$0")/.."
skip() { echo "跳过软件包的测试：$1" >&2; exit 0; }
[ "$(id -u)" = 0 ] || skip "要用 root 运行"

need=()
command -v debootstrap >/dev/null || need+=(debootstrap)
command -v systemd-nspawn >/dev/null || need+=(systemd-container)
command -v rpm >/dev/null || need+=(rpm)
if [ ${#need[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || skip "没有 ${need[*]}"
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${need[@]}" >/dev/null; } ||
    skip "装不上 ${need[*]}"
fi

work=$(mktemp -d "${TMPDIR:-/tmp}/chaping-package-test.XXXXXX")
trap 'rm -rf "$work"' EXIT

cache=${XDG_CACHE_HOME:-$HOME/.cache}/chaping/tools
clean=$cache/root-bookworm-1.tar
if [ ! -f "$clean" ]; then
  echo "正在建立干净的系统（只需一次）……" >&2
  mkdir -p "$cache"
  debootstrap --variant=minbase --include=systemd,systemd-sysv,dbus,curl bookworm "$work/new" http://deb.debian.org/debian >"$work/log" 2>&1 ||
    { tail -20 "$work/log" >&2; skip "建不成干净的系统（要联网）"; }
  tar -C "$work/new" --one-file-system -cf "$clean.$$" .
  mv "$clean.$$" "$clean"
  rm -rf "$work/new"
fi

version=$(scripts/version.sh)
for n in 1 2; do
  CHAPING_DIST=$work/dist$n CHAPING_PACKAGE_VERSION=$version~test$n scripts/package.sh deb 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
done
CHAPING_DIST=$work/rpm scripts/package.sh rpm 2>"$work/log" || { cat "$work/log" >&2; exit 1; }
rpm -qp --scripts --requires "$work"/rpm/*.rpm >"$work/rpm.txt" 2>/dev/null
rpm -qpl "$work"/rpm/*.rpm >"$work/files" 2>/dev/null
grep -qx /usr/lib/chaping/libchdb.so "$work/files"
rpm -qpc "$work"/rpm/*.rpm >"$work/files" 2>/dev/null
grep -qx /etc/chaping/chaping.env "$work/files"
echo "deb $(stat -c %s "$work"/dist1/*.deb) 字节，rpm $(stat -c %s "$work"/rpm/*.rpm) 字节"

mkdir "$work/root"
tar -C "$work/root" -xf "$clean"
mkdir "$work/root/test"
mv "$work"/dist1/*.deb "$work/root/test/1.deb"
mv "$work"/dist2/*.deb "$work/root/test/2.deb"
cp packaging/test/inside.sh packaging/test/reviews.csv testdata/data-0.1.tar.gz "$work/root/test/"
cat >"$work/root/etc/systemd/system/package-test.service" <<'UNIT'
[Unit]
After=multi-user.target
SuccessAction=poweroff
FailureAction=poweroff
[Service]
Type=oneshot
ExecStart=/bin/bash /test/inside.sh
StandardOutput=file:/test/out
StandardError=inherit
UNIT
mkdir -p "$work/root/etc/systemd/system/default.target.wants"
ln -s ../package-test.service "$work/root/etc/systemd/system/default.target.wants/"
timeout 300 systemd-nspawn --quiet --register=no --keep-unit --directory="$work/root" --machine="chaping-test-$$" --boot >"$work/console" 2>&1 </dev/null || true
[ -s "$work/root/test/out" ] || { tail -30 "$work/console" >&2; skip "干净的系统在这里开不起来"; }
cat "$work/root/test/out"
grep -q '^全部通过$' "$work/root/test/out"

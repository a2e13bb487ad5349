#!/bin/sh
# Refuses to put an older program over data that a newer one has changed: it
# would not open them. deb: install|upgrade OLD; rpm: 1 or 2.
set -e
new='${VERSION}'
if [ "$1" = upgrade ] && [ -n "${2:-}" ] && dpkg --compare-versions "$2" gt "$new"; then
  cat >&2 <<MESSAGE
chaping：不能从 $2 退回 $new：较新的程序可能已经改过数据的结构，较旧的打不开。
要退回，先恢复升级前的备份（数据目录的 backups/），再用：
  CHAPING_DOWNGRADE=yes apt install --allow-downgrades ./chaping_${new}_amd64.deb
MESSAGE
  [ "${CHAPING_DOWNGRADE:-}" = yes ] || exit 1
fi

#!/bin/sh
# Refuses to put an older program over data that a newer one has changed: it
# would not open them; and has the program that is there make a backup before a
# newer one changes them. deb: install|upgrade OLD; rpm: 1 or 2.
set -e
new='${VERSION}'
older=
if [ "$1" = upgrade ] && [ -n "${2:-}" ] && dpkg --compare-versions "$2" gt "$new"; then
  cat >&2 <<MESSAGE
chaping：不能从 $2 退回 $new：较新的程序可能已经改过数据的结构，较旧的打不开。
要连同升级前的数据一起退回：
  chaping-admin rollback 旧版本的软件包
MESSAGE
  [ "${CHAPING_DOWNGRADE:-}" = yes ] || exit 1
  older=yes
fi

case "$1" in
  upgrade | 2) ;;
  *) exit 0 ;;
esac
data=$(sed -n 's/^CHAPING_DATA=//p' /etc/chaping/chaping.env 2>/dev/null | tail -n 1)
case $data in # quotes are not part of it, as for systemd
  \"*\") data=${data#\"} data=${data%\"} ;;
  \'*\') data=${data#\'} data=${data%\'} ;;
esac
data=${data:-/var/lib/chaping}
if [ -z "$older" ] && [ "${CHAPING_UPGRADE_BACKUP:-}" != no ] && [ -x /usr/sbin/chaping-admin ] && [ -n "$(ls -A "$data" 2>/dev/null)" ]; then
  file=$data/backups/$(date +%Y-%m-%d-%H%M%S)-upgrade.backup
  echo "chaping：升级以前备份到 $file"
  if ! { install -d -o chaping -g chaping -m 0700 "$data/backups" && chaping-admin backup "$file"; }; then
    cat >&2 <<MESSAGE
chaping：没有备份成，所以没有升级；原来的版本照常使用。
按上面的处理办法改正后再升级。不备份就升级（升级不成时退不回来）：
  CHAPING_UPGRADE_BACKUP=no apt install ./chaping_${new}_amd64.deb
MESSAGE
    exit 1
  fi
  for old in "$data"/backups/*-upgrade.backup; do # only the last one is gone back to
    [ "$old" = "$file" ] || rm -f "$old"
  done
fi

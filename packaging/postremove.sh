#!/bin/sh
# The data are never deleted here: they cannot be had again.
set -e
[ -d /run/systemd/system ] && systemctl daemon-reload
case "$1" in
  remove | 0)
    [ -d /var/lib/chaping ] && echo "chaping 已卸载；数据仍在 /var/lib/chaping。"
    ;;
  purge)
    if [ -d /var/lib/chaping ]; then
      echo "chaping：设置已删除。评论、报送表、账号仍在 /var/lib/chaping；确实不要了再运行 rm -r /var/lib/chaping。"
    fi
    ;;
esac
exit 0

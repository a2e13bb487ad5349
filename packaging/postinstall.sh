#!/bin/sh
# deb: configure [OLD]; rpm: 1 for an installation, 2 for an upgrade.
set -e
case "$1" in
  configure) old=${2:-} ;;
  1) old= ;;
  2) old=before ;;
  *) exit 0 ;;
esac

if command -v systemd-sysusers >/dev/null; then
  systemd-sysusers chaping.conf
elif ! getent passwd chaping >/dev/null; then
  useradd --system --home-dir /var/lib/chaping --shell /usr/sbin/nologin chaping
fi
install -d -o chaping -g chaping -m 0700 /var/lib/chaping
chown root:chaping /etc/chaping/chaping.env
chmod 0640 /etc/chaping/chaping.env

running= # systemd
[ -d /run/systemd/system ] && running=yes
if [ -n "$running" ]; then
  systemctl daemon-reload
fi
if [ -z "$old" ]; then
  if [ -n "$running" ]; then
    systemctl enable --quiet chaping.service
    systemctl start chaping.service || echo "chaping：服务没有启动，原因见 journalctl -u chaping" >&2
  fi
  cat <<'MESSAGE'
chaping 已安装。
  门户            http://127.0.0.1:8321
  一次性链接      journalctl -u chaping | grep /setup/     （用它建立第一个账号）
  检查            sudo chaping-admin doctor
  设置            /etc/chaping/chaping.env
  数据            /var/lib/chaping
  先看示例        chaping demo --out demo-out
MESSAGE
elif [ -n "$running" ] && systemctl is-enabled --quiet chaping.service; then
  systemctl restart chaping.service || echo "chaping：新版本没有启动，数据没有丢失；原因见 journalctl -u chaping" >&2
fi

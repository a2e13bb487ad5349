#!/bin/bash
# What scripts/package-test.sh does inside the clean system, as root, under
# systemd. Every step says what it shows and how long it took.
set -uo pipefail
cd /test
export DEBIAN_FRONTEND=noninteractive
url=http://127.0.0.1:8321

step() { # step WHAT COMMAND...: must succeed
  local what=$1 began=$EPOCHREALTIME out
  shift
  if out=$("$@" 2>&1); then
    echo "✓ $what（$(awk "BEGIN{printf \"%.1f\", $EPOCHREALTIME-$began}") 秒）"
  else
    echo "✗ $what：退出码 $?"
    echo "$out" | tail -30
    journalctl -u chaping --no-pager -n 30
    exit 1
  fi
}
says() { # says TEXT COMMAND...: its output contains TEXT, whatever its exit code
  local text=$1 out
  shift
  out=$("$@" 2>&1)
  grep -q -- "$text" <<<"$out" || { echo "没有“$text”："; echo "$out"; return 1; }
}
fails() { # fails CODE TEXT COMMAND...: fails so, in these words
  local code=$1 text=$2 out got
  shift 2
  out=$("$@" 2>&1)
  got=$?
  [ $got = "$code" ] || { echo "退出码 $got，应为 $code：$out"; return 1; }
  grep -q -- "$text" <<<"$out" || { echo "没有“$text”：$out"; return 1; }
}
answers() { # within half a minute
  for _ in $(seq 150); do
    [ "$(curl -s -o /dev/null -w '%{http_code}' $url/$1)" = 200 ] && return 0
    sleep 0.2
  done
  curl -s $url/$1
  return 1
}
pid() { systemctl show -P MainPID chaping; }
restarted() { # restarted OLD: by another process, which answers
  for _ in $(seq 150); do
    [ "$(pid)" != 0 ] && [ "$(pid)" != "$1" ] && answers healthz && return 0
    sleep 0.2
  done
  return 1
}

step "安装" apt-get install -y -q --no-install-recommends ./1.deb
step "服务在运行" systemctl is-active chaping
step "门户应答 /healthz" answers healthz
step "一切就绪 /readyz" answers readyz
step "以 chaping 用户运行" test "$(stat -c %U /proc/"$(pid)")" = chaping
step "刚启动时占用内存不到 250 MB" awk '/^VmRSS:/ {exit $2 > 256000}' "/proc/$(pid)/status"
step "数据目录别人不可读" test "$(stat -c %U:%a /var/lib/chaping)" = chaping:700
step "日志里有一次性链接" says /setup/ journalctl -u chaping --no-pager
step "单元文件没有毛病" systemd-analyze verify --man=no chaping.service
systemd-analyze security --no-pager chaping.service | tail -1
step "补全脚本读得懂" bash -n /usr/share/bash-completion/completions/chaping
step "有手册页" test -s /usr/share/man/man1/chaping-serve.1.gz

import() { cp reviews.csv /var/lib/chaping/ && chown chaping /var/lib/chaping/reviews.csv && chaping-admin import --keyword 电热水壶 /var/lib/chaping/reviews.csv; }
step "导入评论，经由正在运行的服务" import
step "存有 5 条" says "存有评论 5 条" chaping-admin doctor
step "端口被占用，说得明白" fails 4 "已被占用" chaping-admin serve
step "别人的数据目录，说得明白" fails 4 "数据目录" setpriv --reuid=nobody --regid=nogroup --clear-groups chaping --data /var/lib/chaping runs
old=$(pid)
step "被杀以后自己重新启动" bash -c "kill -9 $old"
step "又应答了" restarted "$old"
step "指标只给本机" says '^# HELP chaping_' curl -s $url/metrics

mkdir -p /run/systemd/system/chaping.service.d
printf '[Service]\nWatchdogSec=3s\nTimeoutAbortSec=1s\n' >/run/systemd/system/chaping.service.d/test.conf
systemctl daemon-reload
step "看门狗三秒" systemctl restart chaping
old=$(pid)
sleep 5
step "照常应答时看门狗不打扰" test "$(pid)" = "$old"
kill -STOP "$old"
step "停住不动时看门狗重新启动它" restarted "$old"
rm -r /run/systemd/system/chaping.service.d
systemctl daemon-reload
step "恢复设置" systemctl restart chaping

echo '# 本站改过' >>/etc/chaping/chaping.env
old=$(pid)
step "升级，服务正在运行" apt-get install -y -q --no-install-recommends ./2.deb
step "换成了新版本的进程" restarted "$old"
step "设置没有被覆盖" grep -q 本站改过 /etc/chaping/chaping.env
step "数据还在" says "存有评论 5 条" chaping-admin doctor
step "升级以前有备份" bash -c 'test "$(ls /var/lib/chaping/backups/*-upgrade.backup | wc -l)" = 1'
step "降级被拒绝，说得明白" fails 1 "不能从" dpkg -i 1.deb
step "拒绝以后照常应答" answers readyz

after() { sed 's/,甲店,/,甲店,9/' reviews.csv >/var/lib/chaping/after.csv && chown chaping /var/lib/chaping/after.csv && chaping-admin import --keyword 电热水壶 /var/lib/chaping/after.csv; }
step "升级以后又导入" after
step "存有 8 条" says "存有评论 8 条" chaping-admin doctor
step "退回旧版本和升级以前的数据" chaping-admin rollback /test/1.deb
step "是旧版本" says "~test1\|test1" dpkg-query -W -f '${Version}' chaping
step "旧版本应答" answers readyz
step "数据是升级以前的" says "存有评论 5 条" chaping-admin doctor
step "没有备份可退，说得明白" fails 4 "没有升级以前的备份" chaping-admin rollback /test/1.deb
rmdir /var/lib/chaping/backups 2>/dev/null
touch /var/lib/chaping/backups # so that nothing can be written there
step "备份不成就不升级" fails 1 "没有备份成" dpkg -i 2.deb
step "原来的版本照常应答" answers readyz
rm /var/lib/chaping/backups
step "再升级" apt-get install -y -q --no-install-recommends ./2.deb
step "升级后应答" answers readyz

install -d -o chaping -g chaping -m 0700 /var/lib/chaping/backups
kept=/var/lib/chaping/backups/kept.backup
step "备份" chaping-admin backup "$kept"
step "备份以后又导入" after
step "又存有 8 条" says "存有评论 8 条" chaping-admin doctor
step "恢复备份，原来的数据移到旁边" says "原来的数据在" chaping-admin restore "$kept"
step "恢复后应答" answers readyz
step "数据是备份时的" says "存有评论 5 条" chaping-admin doctor
aside=$(ls -d /var/lib/chaping.20* | tail -n 1)
head -c 1000 "$aside/backups/kept.backup" >/var/lib/chaping/half.backup
chown chaping /var/lib/chaping/half.backup
step "不完好的备份，什么都不改" fails 4 "什么都没有改" chaping-admin restore /var/lib/chaping/half.backup
step "照常应答" answers readyz
step "没有这个备份，说得明白" fails 4 "没有备份" chaping-admin restore /nowhere.backup

# A data directory of version 0.1 on a disk that fills up during its migration.
mkdir /full
mount -t tmpfs -o size=600m tmpfs /full # the engine writes nothing with less than 256 MB free
tar -C /full -xzf data-0.1.tar.gz
fallocate -l "$(($(stat -f -c '%a*%S' /full) - 40960))" /full/filler
upgrade() { chaping --data /full/data mine --period 2026-10 --terms /full/terms.txt; }
step "升级时磁盘满了，说得明白" fails 4 "磁盘" upgrade
rm /full/filler
step "腾出空间后接着升级" upgrade
step "数字没有变" says "漏电,2026-10,6,6,0,30" chaping --data /full/data query counts --by term,period --from 2026-10 --to 2026-10 --terms /full/terms.txt --format csv
umount /full

step "示例：从软件包到第一张报送表" chaping demo --out /tmp/demo
ls /tmp/demo/*.xlsx
step "卸载" apt-get remove -y -q chaping
step "服务停了" bash -c '! systemctl is-active chaping'
step "数据还在" test -s /var/lib/chaping/station.db
step "清除也不删数据，并说明在哪里" says "仍在 /var/lib/chaping" apt-get purge -y -q chaping
step "数据还在" test -s /var/lib/chaping/station.db
echo 全部通过

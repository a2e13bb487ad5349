#!/usr/bin/env bash
# A ClickHouse cluster for tests on loopback: 2 shards × 2 replicas of Debian's
# clickhouse-server, and one zookeeper.
#
#   scripts/cluster.sh start DIR [PID]   start in DIR what does not run; prints the addresses.
#                                        With PID, stop all when that process is gone.
#   scripts/cluster.sh stop DIR          stop all
#
# DIR/NODE/pid and DIR/NODE/port tell of a node: zoo, s1r1, s1r2, s2r1, s2r2.
# A node that was killed comes back, with its data, when start is run again.
# The user is "station" with the password in CLUSTER_PASSWORD ("station" without).
set -euo pipefail

usage() { sed -n 's/^# \{0,1\}//p' "$0" | sed -n '2,12p' >&2; exit 2; }
[ $# -ge 2 ] || usage
command=$1 dir=$(realpath -m "$2") owner=${3:-}
replicas=(s1r1 s1r2 s2r1 s2r2)
password=${CLUSTER_PASSWORD:-station}

# alive tells whether the process is there, and is ours: numbers are given again.
alive() {
  [ -s "$dir/$1/pid" ] && grep -qsF "$dir/$1/" "/proc/$(<"$dir/$1/pid")/cmdline"
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Of ports below those that the system gives to clients, one that nobody has.
free_port() {
  local port
  while port=$((RANDOM % 20000 + 11000)); answers "$port" || grep -qsx "$port" "$dir"/*/port "$dir"/*/peers; do :; done
  echo "$port"
}

stop() {
  local node n=0
  for node in "${replicas[@]}" zoo; do
    alive "$node" && kill "$(<"$dir/$node/pid")" 2>/dev/null || true
  done
  for node in "${replicas[@]}" zoo; do
    while alive "$node"; do
      sleep 0.05
      n=$((n + 1))
      [ $n -lt 200 ] || kill -9 "$(<"$dir/$node/pid")" 2>/dev/null || true
    done
  done
}

# launch NODE COMMAND...: as a process of its own, which outlives this script.
launch() {
  local node=$1
  shift
  (cd "$dir/$node" && exec setsid "$@" >>output 2>&1 </dev/null) &
  echo $! >"$dir/$node/pid"
}

# listens asks the system and not the server: one that is connected to before it
# has wholly started, by nobody who says anything, may crash.
listens() { grep -q ": 0100007F:$(printf %04X "$1") 00000000:0000 0A" /proc/net/tcp; }

# A port that is open need not serve yet: zookeeper says that it does.
serves() {
  local port
  port=$(<"$dir/$1/port")
  if [ "$1" = zoo ]; then
    (exec 3<>"/dev/tcp/127.0.0.1/$port" && echo srvr >&3 && timeout 1 grep -q Mode <&3) 2>/dev/null
  else
    listens "$port"
  fi
}

# Whoever was just launched is not yet what it is to be, so alive cannot tell.
await() {
  local n=0
  until serves "$1"; do
    n=$((n + 1))
    if ! kill -0 "$(<"$dir/$1/pid")" 2>/dev/null || [ $n -gt 1200 ]; then
      echo "$1 does not start:" >&2
      tail -n 20 "$dir/$1/output" "$dir/$1"/errors 2>/dev/null >&2 || true
      exit 1
    fi
    sleep 0.05
  done
}

configure_zookeeper() {
  mkdir -p "$dir/zoo/data"
  free_port >"$dir/zoo/port"
  cat >"$dir/zoo/zoo.cfg" <<EOF
tickTime=500
dataDir=$dir/zoo/data
clientPort=$(<"$dir/zoo/port")
clientPortAddress=127.0.0.1
maxClientCnxns=0
admin.enableServer=false
forceSync=no
4lw.commands.whitelist=srvr
EOF
}

# What the replicas share: who is where, and where zookeeper is.
shards() {
  local shard replica
  for shard in 1 2; do
    echo "<shard><internal_replication>true</internal_replication>"
    for replica in 1 2; do
      echo "<replica><host>127.0.0.1</host><port>$(<"$dir/s${shard}r$replica/port")</port><user>station</user><password>$password</password></replica>"
    done
    echo "</shard>"
  done
}

configure_replica() {
  local node=$1 at=$dir/$1
  cat >"$at/config.xml" <<EOF
<yandex>
  <logger><level>warning</level><log>$at/log</log><errorlog>$at/errors</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <tcp_port>$(<"$at/port")</tcp_port>
  <interserver_http_host>127.0.0.1</interserver_http_host>
  <interserver_http_port>$(<"$at/peers")</interserver_http_port>
  <path>$at/data/</path>
  <tmp_path>$at/tmp/</tmp_path>
  <user_files_path>$at/files/</user_files_path>
  <format_schema_path>$at/schemas/</format_schema_path>
  <mark_cache_size>67108864</mark_cache_size>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <timezone>Europe/London</timezone>
  <macros><shard>${node:1:1}</shard><replica>$node</replica></macros>
  <zookeeper>
    <node><host>127.0.0.1</host><port>$(<"$dir/zoo/port")</port></node>
    <session_timeout_ms>3000</session_timeout_ms>
  </zookeeper>
  <remote_servers><chaping>$(shards)</chaping></remote_servers>
  <distributed_ddl><path>/clickhouse/task_queue/ddl</path></distributed_ddl>
</yandex>
EOF
  cat >"$at/users.xml" <<EOF
<yandex>
  <profiles><default>
    <distributed_product_mode>local</distributed_product_mode>
    <load_balancing>in_order</load_balancing>
  </default></profiles>
  <quotas><default></default></quotas>
  <users><station>
    <password>$password</password>
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
  </station>
  <!-- Servers before 20.5 pass ALTER on to the leading replica as this user. -->
  <default>
    <password></password>
    <networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile>
    <quota>default</quota>
  </default></users>
</yandex>
EOF
}

start() {
  local node
  if [ ! -s "$dir/zoo/zoo.cfg" ]; then
    mkdir -p "$dir"
    chmod 700 "$dir"
    for node in "${replicas[@]}"; do
      mkdir -p "$dir/$node"/{data,tmp,files,schemas}
      free_port >"$dir/$node/port"
      free_port >"$dir/$node/peers"
    done
    configure_zookeeper
    for node in "${replicas[@]}"; do configure_replica "$node"; done
    [ -z "$owner" ] || (setsid bash -c 'tail --pid="$1" -f /dev/null; exec "$2" stop "$3"' - "$owner" "$(realpath "$0")" "$dir" >/dev/null 2>&1 </dev/null &)
  fi
  if ! alive zoo; then
    launch zoo java -Xmx256m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '/usr/share/java/zookeeper.jar' \
      org.apache.zookeeper.server.quorum.QuorumPeerMain "$dir/zoo/zoo.cfg"
  fi
  await zoo
  for node in "${replicas[@]}"; do
    alive "$node" || launch "$node" clickhouse-server --config-file="$dir/$node/config.xml"
  done
  for node in "${replicas[@]}"; do await "$node"; done
  for node in "${replicas[@]}"; do echo "127.0.0.1:$(<"$dir/$node/port")"; done
}

case $command in
  start | stop) "$command" ;;
  *) usage ;;
esac

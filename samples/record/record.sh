#!/bin/sh
# Records samples/plant.pcapng, plant-quiet.pcapng and plant.labels.tsv: builds a small plant in network namespaces,
# lets its programs talk for six minutes, captures at the switch, and removes everything again.
# Needs Linux, root, iproute2, ethtool, ping and dumpcap (Debian: iproute2 ethtool iputils-ping wireshark-common).
# PLANT_NORMAL_SECONDS=240 and PLANT_OUT=samples can be set; Where tshark is, check.sh then asks it about the result.
set -eu
cd "$(dirname "$0")"

node=../../node_modules/.bin/node
[ -x "$node" ] || { echo "record.sh: run npm ci in the project's root first, it brings the pinned Node" >&2; exit 2; }
node=$(realpath "$node")
[ "$(id -u)" = 0 ] || { echo 'record.sh: network namespaces need root' >&2; exit 2; }
for program in ip ethtool ping dumpcap npm; do
  command -v "$program" >/dev/null || { echo "record.sh: $program is missing" >&2; exit 2; }
done
PATH=$(dirname "$node"):$PATH
export PATH
npm ci --silent

out=${PLANT_OUT:-..}
PLANT_NORMAL_SECONDS=${PLANT_NORMAL_SECONDS:-240}
PLANT_TOTAL_SECONDS=$((PLANT_NORMAL_SECONDS + 112))
work=$(mktemp -d)
PLANT_EVENTS=$work/events.jsonl
export PLANT_EVENTS PLANT_NORMAL_SECONDS PLANT_TOTAL_SECONDS

hosts=$(tail -n +2 hosts.tsv | cut -f 1)
switch=onesec-switch
waiting=

clean_up() {
  result=$?
  trap - EXIT INT TERM HUP
  [ -z "$waiting" ] || kill "$waiting" 2>/dev/null || :
  for name in switch $hosts; do
    # What runs in these namespaces was started here.
    for pid in $(ip netns pids "onesec-$name" 2>/dev/null); do kill "$pid" 2>/dev/null || :; done
    ip netns delete "onesec-$name" 2>/dev/null || :
  done
  if [ "$result" = 0 ]; then rm -rf "$work"; else echo "record.sh: failed; what there is lies in $work" >&2; fi
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# Without this the kernel sends its own IPv6 and multicast noise, which no PLC does. Time stamps are off as in most
# controllers and in Windows.
quiet_stack() {
  ip netns exec "$1" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 \
    net.ipv4.tcp_timestamps=0
}

for name in switch $hosts; do ip netns delete "onesec-$name" 2>/dev/null || :; done
ip netns add "$switch"
quiet_stack "$switch"
ip -n "$switch" link add mirror0 type bridge stp_state 0 forward_delay 0 mcast_snooping 0
ip -n "$switch" link set mirror0 up
for name in $hosts; do
  space=onesec-$name
  address=$(awk -F '\t' -v name="$name" '$1 == name { print $2 }' hosts.tsv)
  mac=$(awk -F '\t' -v name="$name" '$1 == name { print $3 }' hosts.tsv)
  ip netns add "$space"
  quiet_stack "$space"
  ip -n "$switch" link add "$name" type veth peer name eth0 netns "$space"
  # A virtual cable leaves checksums to be filled in later and joins segments; a capture should show what a wire would.
  ip netns exec "$space" ethtool -K eth0 tx off rx off tso off gso off gro off >/dev/null
  ip netns exec "$switch" ethtool -K "$name" tx off rx off tso off gso off gro off >/dev/null
  ip -n "$space" link set eth0 address "$mac"
  ip -n "$space" address add "$address/24" dev eth0
  ip -n "$space" link set lo up
  ip -n "$space" link set eth0 up
  ip -n "$switch" link set "$name" master mirror0 up
done

# One point of capture: the bridge itself in promiscuous mode sees every forwarded frame once.
ip netns exec "$switch" dumpcap -q -i mirror0 -w "$work/raw.pcapng" >/dev/null 2>"$work/dumpcap.log" &
dumpcap=$!
sleep 2

PLANT_START_MS=$(($(date +%s) * 1000 + 3000))
export PLANT_START_MS
start() {
  space=onesec-$1
  shift
  ip netns exec "$space" "$node" "$@" &
}
start plc1 plc.ts plc1
start plc2 plc.ts plc2
start gateway gateway.ts
start hmi hmi.ts
start historian historian.ts
start maintenance maintenance.ts
start laptop laptop.ts

echo "recording for $PLANT_TOTAL_SECONDS seconds"
# Waiting for a sleep in the background lets a signal end the recording at once.
sleep $((PLANT_TOTAL_SECONDS + 5)) &
waiting=$!
wait "$waiting"
waiting=
kill -INT "$dumpcap"
wait "$dumpcap" || :
cat "$work/dumpcap.log"

versions="dumpcap $(dumpcap --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p'), Node $("$node" -p process.versions.node), modbus-serial $("$node" -p "require('modbus-serial/package.json').version")"
"$node" label.ts "$work/raw.pcapng" "$PLANT_EVENTS" "$out" "$versions"
if command -v tshark >/dev/null; then ./check.sh "$out"; fi

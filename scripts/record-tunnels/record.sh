#!/bin/sh
# Records tunnels and what could be taken for them, each as a capture of its own: real programs in network namespaces, heard
# at the client. The second column of truth.tsv says what it is.
# usage: scripts/record-tunnels/record.sh FOLDER [PATTERN]    (records the scenes whose names match the grep pattern)
# NAMES_SEED=8: other names.
# Needs Linux, root, and of Debian: iproute2 iputils-ping iputils-tracepath wireshark-common tshark openssh-client openssh-server
# curl rsync socat python3 openssl iodine dns2tcp ptunnel-ng icmptx tinyproxy squid unbound knot knot-dnsutils dnsutils.
set -eu
out=${1:?usage: record.sh FOLDER [PATTERN]} pattern=${2:-.}
[ "$(id -u)" = 0 ] || { echo 'record.sh: network namespaces need root' >&2; exit 2; }
mkdir -p "$out"
out=$(cd "$out" && pwd)
cd "$(dirname "$0")"
for program in ip ping tracepath dumpcap tshark ssh sshd curl rsync socat python3 openssl iodine iodined dns2tcpc dns2tcpd ptunnel-ng icmptx tinyproxy squid unbound knotd dig; do
  command -v "$program" >/dev/null || { echo "record.sh: $program is missing" >&2; exit 2; }
done
work=$(mktemp -d)
chmod 755 "$work"
client=onesec-tunnel-client server=onesec-tunnel-server resolver=onesec-tunnel-resolver switch=onesec-tunnel-switch

end_all() {
  for signal in TERM KILL; do
    for name in "$@"; do
      # What runs in these namespaces was started here.
      for pid in $(ip netns pids "$name" 2>/dev/null); do kill -$signal "$pid" 2>/dev/null || :; done
    done
    sleep 0.3
  done
}
clean_up() {
  result=$?
  trap - EXIT INT TERM HUP
  end_all $client $server $resolver
  for name in $client $server $resolver $switch; do ip netns delete $name 2>/dev/null || :; done
  if [ "$result" = 0 ]; then rm -rf "$work"; else echo "record.sh: failed; what there is lies in $work" >&2; fi
}
trap clean_up EXIT INT TERM HUP

on_client() { ip netns exec $client "$@"; }
on_server() { ip netns exec $server "$@"; }
on_resolver() { ip netns exec $resolver "$@"; }
# A program that goes on until the scene ends, in a group of its own.
serve_on() { where=$1; shift; ip netns exec "$where" setsid "$@" >>"$work/log" 2>&1 & }

for name in $client $server $resolver $switch; do ip netns add $name; ip -n $name link set lo up; done
ip -n $switch link add br0 type bridge
ip -n $switch link set br0 up
number=0
for end in "$server 1" "$client 2" "$resolver 53"; do
  name=${end% *} last=${end#* }
  number=$((number + 1))
  ip -n $switch link add port$number type veth peer name eth0 address 02:00:5e:00:53:0$number netns "$name"
  ip -n $switch link set port$number master br0 up
  ip -n "$name" address add "192.0.2.$last/24" dev eth0
  ip netns exec "$name" ethtool -K eth0 tx off tso off gso off gro off >/dev/null 2>&1 || :
  ip netns exec "$name" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
  ip -n "$name" link set eth0 up
done

# What is reached: SSH, a page, and keys made for this recording.
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/key"
mkdir -p /run/sshd "$work/pages"
python3 - "$work/pages" <<'PYTHON'
import random, sys
numbers = random.Random(1)
open(sys.argv[1] + '/text', 'w').write(''.join('line %d of a listing, %06x\n' % (n, numbers.getrandbits(24)) for n in range(700)))
open(sys.argv[1] + '/random', 'wb').write(numbers.randbytes(30_000))
PYTHON
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=plc1.plant.example' -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
page_server() { (cd "$work/pages" && serve_on $server python3 -m http.server 8080 --bind "$1"); }
ssh_server() { serve_on $server "$(command -v sshd)" -D -f /dev/null -p "${1:-22}" -h "$work/host" -o PidFile=none -o StrictModes=no -o PermitRootLogin=yes -o "AuthorizedKeysFile=$work/key.pub"; }
ssh_options="-q -F /dev/null -i $work/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null"
fetch() { on_client timeout 40 curl -s -o /dev/null --max-time 40 "$@" || echo "fetch $* failed" >>"$work/log"; }

capture=
# scene NAME CLASS WHAT: begins a scene; the function play_NAME plays it.
scene() {
  echo "$1" | grep -q -- "$pattern" || return 0
  echo "$1" >&2
  end_all $client $server $resolver
  echo "== $1" >>"$work/log"
  play="play_$(echo "$1" | tr - _)"
  ip netns exec $client dumpcap -q -i eth0 -w "$work/raw.pcapng" 2>/dev/null &
  capture=$!
  sleep 0.7
  "$play"
  sleep 0.7
  kill $capture
  wait $capture || :
  tshark -r "$work/raw.pcapng" -Y '!ipv6' -F pcap -w "$out/$1.pcap" 2>/dev/null
  [ ! -f "$out/truth.tsv" ] || sed -i "/^$1	/d" "$out/truth.tsv"
  printf '%s\t%s\t%s\n' "$1" "$2" "$3" >>"$out/truth.tsv"
}

. ./dns.sh
. ./icmp.sh
. ./sessions.sh
[ -z "${KEEP_LOG:-}" ] || cp "$work/log" "$KEEP_LOG"

# What the scripts that record captures begin with: network namespaces, and the end of all that was started in them.
# Sourced by record-hands, record-http2 and record-around, under `set -eu`.

# begin NAME PROGRAM…: the programs are there; a folder in $work; namespaces $client and $server, gone when the script ends.
begin() {
  [ "$(id -u)" = 0 ] || { echo 'record.sh: network namespaces need root' >&2; exit 2; }
  kind=$1
  shift
  PATH=$PATH:/usr/sbin
  for program in ip dumpcap tshark "$@"; do
    command -v "$program" >/dev/null || { echo "record.sh: $program is missing" >&2; exit 2; }
  done
  work=$(mktemp -d)
  # Servers that give up their rights have to reach their files.
  chmod 755 "$work"
  client=onesec-$kind-client server=onesec-$kind-server
  namespaces=
  trap clean_up EXIT INT TERM HUP
  add_namespace $client
  add_namespace $server
}

add_namespace() {
  namespaces="$namespaces $1"
  ip netns add "$1"
  ip -n "$1" link set lo up
}

clean_up() {
  result=$?
  trap - EXIT INT TERM HUP
  for signal in TERM KILL; do
    for name in $namespaces; do
      # What runs in these namespaces was started here.
      for pid in $(ip netns pids "$name" 2>/dev/null); do kill -$signal "$pid" 2>/dev/null || :; done
    done
    sleep 0.5
  done
  for name in $namespaces; do ip netns delete "$name" 2>/dev/null || :; done
  if [ "$result" = 0 ]; then rm -rf "$work"; else echo "record.sh: failed; what there is lies in $work" >&2; fi
}

on_client() { ip netns exec "$client" "$@"; }
on_server() { ip netns exec "$server" "$@"; }

# One wire between the two, IPv4 alone: 192.0.2.1 is the server, 192.0.2.2 the client.
join_directly() {
  ip -n "$server" link add eth0 address 02:00:5e:00:53:01 type veth peer name eth0 address 02:00:5e:00:53:02 netns "$client"
  ip -n "$server" address add 192.0.2.1/24 dev eth0
  ip -n "$client" address add 192.0.2.2/24 dev eth0
  for name in "$client" "$server"; do
    # Without offload: frames and checksums as a wire has them.
    ip netns exec "$name" ethtool -K eth0 tx off tso off gso off gro off >/dev/null 2>&1 || :
    ip netns exec "$name" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
    ip -n "$name" link set eth0 up
  done
}

# What the client hears, into $work/all.pcapng, until stop_listening.
listen() {
  on_client dumpcap -q -i eth0 -w "$work/all.pcapng" 2>/dev/null &
  capture=$!
}

stop_listening() {
  kill "$capture"
  wait "$capture" || :
}

#!/bin/sh
# Records HTTP/2 in clear from the software of Debian: curl, nghttp and h2load ask nghttpd, and curl and nghttp ask nghttpx to
# change from HTTP/1.1, in network namespaces. Writes src/protocols/http/captures/http2.pcap.
# Needs Linux, root, and of Debian: iproute2 ethtool wireshark-common tshark curl nghttp2-client nghttp2-server nghttp2-proxy.
set -eu
cd "$(dirname "$0")/../.."
[ "$(id -u)" = 0 ] || { echo 'record.sh: network namespaces need root' >&2; exit 2; }
for program in ip dumpcap tshark curl nghttp nghttpd nghttpx; do
  command -v "$program" >/dev/null || { echo "record.sh: $program is missing" >&2; exit 2; }
done
work=$(mktemp -d)
client=onesec-http2-client server=onesec-http2-server
clean_up() {
  result=$?
  trap - EXIT INT TERM HUP
  for name in $client $server; do
    # What runs in these namespaces was started here.
    for pid in $(ip netns pids $name 2>/dev/null); do kill "$pid" 2>/dev/null || :; done
    ip netns delete $name 2>/dev/null || :
  done
  if [ "$result" = 0 ]; then rm -rf "$work"; else echo "record.sh: failed; what there is lies in $work" >&2; fi
}
trap clean_up EXIT INT TERM HUP
on_client() { ip netns exec $client "$@"; }
on_server() { ip netns exec $server "$@"; }
for name in $client $server; do ip netns add $name; ip -n $name link set lo up; done
ip -n $server link add eth0 address 02:00:5e:00:53:01 type veth peer name eth0 address 02:00:5e:00:53:02 netns $client
ip -n $server address add 192.0.2.1/24 dev eth0
ip -n $client address add 192.0.2.2/24 dev eth0
for name in $client $server; do
  ip netns exec $name ethtool -K eth0 tx off tso off gso off gro off >/dev/null 2>&1 || :
  ip netns exec $name sysctl -q -w net.ipv6.conf.all.disable_ipv6=1
  ip -n $name link set eth0 up
done

mkdir "$work/pages"
printf '<html><head><title>Panel 7</title></head><body>running</body></html>\n' >"$work/pages/index.html"
seq -f 'point %g of the log' 1 120 >"$work/pages/log.txt"
seq -f '%g;0' 1 400 >"$work/upload.csv"
on_server nghttpd --no-tls --address=192.0.2.1 --echo-upload --htdocs="$work/pages" --header-table-size=4096 8080 >"$work/nghttpd.log" 2>&1 &
on_server nghttpd --no-tls --address=127.0.0.1 --htdocs="$work/pages" 8082 >"$work/behind.log" 2>&1 &
on_server nghttpx --frontend='192.0.2.1,8081;no-tls' --backend='127.0.0.1,8082;;proto=h2' --workers=1 --conf=/dev/null --accesslog-file=/dev/null --errorlog-file="$work/nghttpx.log" >/dev/null 2>&1 &
on_client dumpcap -q -i eth0 -w "$work/all.pcapng" 2>/dev/null &
capture=$!
sleep 1.5
ask() { on_client timeout 10 curl -s "$@" >/dev/null || :; }
# Prior knowledge: a page, an upload, a login.
ask --http2-prior-knowledge http://192.0.2.1:8080/index.html
ask --http2-prior-knowledge -T "$work/upload.csv" http://192.0.2.1:8080/recipes/upload.csv
ask --http2-prior-knowledge -u operator:not-a-secret http://192.0.2.1:8080/index.html
ask --http2-prior-knowledge -I http://192.0.2.1:8080/log.txt
# Many at once in one connection, so that the tables of fields are used; with padding; one that is missing.
on_client timeout 10 nghttp -n -b 64 -m 3 http://192.0.2.1:8080/index.html http://192.0.2.1:8080/log.txt http://192.0.2.1:8080/missing.html >/dev/null || :
# A call as gRPC makes it.
ask --http2-prior-knowledge -H 'content-type: application/grpc+proto' -H 'te: trailers' --data-binary 'call' http://192.0.2.1:8080/plant.Tank/Level
# Changed from HTTP/1.1.
ask --http2 http://192.0.2.1:8081/index.html http://192.0.2.1:8081/log.txt
on_client timeout 10 nghttp -n -u http://192.0.2.1:8081/log.txt >/dev/null || :
sleep 1
kill $capture
wait $capture || :
mkdir -p src/protocols/http/captures
tshark -r "$work/all.pcapng" -Y 'tcp.port in {8080, 8081}' -F pcap -w src/protocols/http/captures/http2.pcap 2>/dev/null

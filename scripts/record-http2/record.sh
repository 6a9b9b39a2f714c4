#!/bin/sh
# Records HTTP/2 in clear from the software of Debian: curl, nghttp and h2load ask nghttpd, and curl and nghttp ask nghttpx to
# change from HTTP/1.1, in network namespaces. Writes src/protocols/http/captures/http2.pcap.
# Needs Linux, root, and of Debian: iproute2 ethtool wireshark-common tshark curl nghttp2-client nghttp2-server nghttp2-proxy.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/namespaces.sh
. scripts/namespaces.sh
begin http2 curl nghttp nghttpd nghttpx
join_directly

mkdir "$work/pages"
printf '<html><head><title>Panel 7</title></head><body>running</body></html>\n' >"$work/pages/index.html"
seq -f 'point %g of the log' 1 120 >"$work/pages/log.txt"
seq -f '%g;0' 1 400 >"$work/upload.csv"
on_server nghttpd --no-tls --address=192.0.2.1 --echo-upload --htdocs="$work/pages" --header-table-size=4096 8080 >"$work/nghttpd.log" 2>&1 &
on_server nghttpd --no-tls --address=127.0.0.1 --htdocs="$work/pages" 8082 >"$work/behind.log" 2>&1 &
on_server nghttpx --frontend='192.0.2.1,8081;no-tls' --backend='127.0.0.1,8082;;proto=h2' --workers=1 --conf=/dev/null --accesslog-file=/dev/null --errorlog-file="$work/nghttpx.log" >/dev/null 2>&1 &
listen
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
stop_listening
mkdir -p src/protocols/http/captures
tshark -r "$work/all.pcapng" -Y 'tcp.port in {8080, 8081}' -F pcap -w src/protocols/http/captures/http2.pcap 2>/dev/null

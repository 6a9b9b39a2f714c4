# The scenes of SSH that carries connections and of web proxies, and what people do with both every day. Part of record.sh.

to_server() { on_client timeout 30 ssh $ssh_options "$@" || :; }
pages() { for _ in 1 2 3 4 5 6; do fetch "$@"; sleep 0.3; done; }
ssh_and_page() { ssh_server; page_server 127.0.0.1; sleep 1; }

play_ssh_local() { ssh_and_page; serve_on $client ssh $ssh_options -N -L 8081:127.0.0.1:8080 root@192.0.2.1; sleep 2; pages http://127.0.0.1:8081/text; }
play_ssh_dynamic() { ssh_and_page; serve_on $client ssh $ssh_options -N -D 1080 root@192.0.2.1; sleep 2; pages --socks5-hostname 127.0.0.1:1080 http://localhost:8080/text; }
play_ssh_remote() {
  ssh_server
  (cd "$work/pages" && serve_on $client python3 -m http.server 8080 --bind 127.0.0.1)
  serve_on $client ssh $ssh_options -N -R 8081:127.0.0.1:8080 root@192.0.2.1
  sleep 2
  for _ in 1 2 3 4 5 6; do on_server curl -s -o /dev/null http://127.0.0.1:8081/text || :; sleep 0.3; done
}
# Through the first host to a second: a jump.
play_ssh_jump() { ssh_and_page; for _ in 1 2 3 4; do to_server -o "ProxyCommand=ssh $ssh_options -W %h:%p root@192.0.2.1" root@127.0.0.1 'ls /usr/bin' >/dev/null; done; }
play_ssh_dynamic_two() { ssh_and_page; serve_on $client ssh $ssh_options -N -D 1080 root@192.0.2.1; sleep 2; for _ in 1 2; do pages --socks5 127.0.0.1:1080 http://127.0.0.1:8080/text; done; }
# The network itself is carried: one channel that stays.
play_ssh_dynamic_one() { ssh_and_page; serve_on $client ssh $ssh_options -N -D 1080 root@192.0.2.1; sleep 2; fetch --socks5 127.0.0.1:1080 http://127.0.0.1:8080/text; }
play_ssh_work() {
  ssh_server
  sleep 1
  for command in 'uname -a' 'ls -l /usr/bin' 'cat /etc/services' 'id'; do to_server root@192.0.2.1 "$command" >/dev/null; done
  { sleep 1; for word in ls 'cd /usr' 'ls -l' 'cat /etc/hosts' 'uname -a' id exit; do echo "$word"; sleep 1; done; } | to_server -tt root@192.0.2.1 >/dev/null 2>&1
}
play_ssh_files() {
  ssh_server
  sleep 1
  on_client timeout 20 scp $ssh_options "$work/pages/text" "root@192.0.2.1:$work/copied" || :
  on_client timeout 20 scp $ssh_options "root@192.0.2.1:$work/copied" "$work/back" || :
  on_client timeout 20 rsync -a -e "ssh $ssh_options" /usr/share/doc/python3/ "root@192.0.2.1:$work/documents" || :
  printf 'cd %s\nls\nget copied\nput back\nrm back\nls\nmkdir a\nrmdir a\nls\n' "$work" | on_client timeout 20 sftp $ssh_options root@192.0.2.1 >/dev/null 2>&1 || :
}
# One session for many commands, as configuration programs have it.
play_ssh_shared() {
  ssh_server
  sleep 1
  serve_on $client ssh $ssh_options -M -N -S "$work/shared" root@192.0.2.1
  sleep 2
  for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do on_client ssh $ssh_options -S "$work/shared" root@192.0.2.1 'uname; id' >/dev/null || :; sleep 0.2; done
}

tiny_proxy() { printf 'User root\nGroup root\nPort 8888\nListen 192.0.2.1\nTimeout 60\nMaxClients 20\nLogFile "%s/tinyproxy.log"\n' "$work" >"$work/tinyproxy.conf"; serve_on $server tinyproxy -d -c "$work/tinyproxy.conf"; sleep 1; }
squid_proxy() {
  mkdir -p "$work/squid"; chmod 777 "$work/squid"
  printf 'http_port 192.0.2.1:3128\nhttp_access allow all\ncache deny all\npid_filename none\naccess_log none\ncache_log %s/squid/log\ncoredump_dir %s/squid\nvisible_hostname proxy.example\nnetdb_filename none\n' "$work" "$work" >"$work/squid.conf"
  serve_on $server squid -N -f "$work/squid.conf"
  sleep 4
}
tls_page() { serve_on $server openssl s_server -quiet -accept 127.0.0.1:"$1" -cert "$work/tls.pem" -key "$work/tls.key" -www; }
through_proxy() { to_server -o "ProxyCommand=socat - PROXY:192.0.2.1:%h:%p,proxyport=$1" -p "$2" root@127.0.0.1 'uname; ls /usr/bin' >/dev/null; }
play_connect_ssh() { ssh_server; tiny_proxy; through_proxy 8888 22; }
play_connect_squid() { ssh_server; squid_proxy; through_proxy 3128 22; }
# SSH that listens where web sites do, so that the proxy lets it pass.
play_connect_web_port() { ssh_server 443; tiny_proxy; through_proxy 8888 443; }
play_connect_modbus() {
  serve_on $server socat TCP-LISTEN:502,bind=127.0.0.1,fork EXEC:'cat'
  tiny_proxy
  printf '\0\1\0\0\0\6\1\3\0\0\0\12' | on_client timeout 5 socat - PROXY:192.0.2.1:127.0.0.1:502,proxyport=8888 >/dev/null 2>&1 || :
}
play_proxy_web() {
  page_server 127.0.0.1
  tls_page 443; tls_page 8443
  tiny_proxy
  for _ in 1 2 3 4 5 6; do fetch -k -x http://192.0.2.1:8888 https://127.0.0.1/; fetch -k -x http://192.0.2.1:8888 https://127.0.0.1:8443/; fetch -x http://192.0.2.1:8888 http://127.0.0.1:8080/text; done
}
play_proxy_squid() { page_server 127.0.0.1; tls_page 443; squid_proxy; for _ in 1 2 3; do fetch -k -x http://192.0.2.1:3128 https://127.0.0.1/; fetch -x http://192.0.2.1:3128 http://127.0.0.1:8080/text; done; }

scene ssh-local tunnel 'ssh -L, six pages through it'
scene ssh-dynamic tunnel 'ssh -D, six pages through it'
scene ssh-dynamic-two tunnel 'ssh -D, twelve pages through it'
scene ssh-remote tunnel 'ssh -R, six pages through it'
scene ssh-jump tunnel 'four sessions to a second host through the first (ssh -W)'
scene ssh-dynamic-one tunnel 'ssh -D, one page through it'
scene ssh-work honest 'four commands, and a terminal in which somebody types'
scene ssh-files honest 'scp, rsync, sftp'
scene ssh-shared honest 'twelve commands in one session'
scene connect-ssh tunnel 'SSH through tinyproxy'
scene connect-squid tunnel 'SSH through squid'
scene connect-web-port tunnel 'SSH through tinyproxy to port 443'
scene connect-modbus tunnel 'a question in Modbus through tinyproxy'
scene proxy-web honest 'web sites through tinyproxy'
scene proxy-squid honest 'web sites through squid'

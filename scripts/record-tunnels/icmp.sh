# The scenes of echoes: ptunnel-ng and icmptx with traffic in them, and pings of every kind. Part of record.sh.

ptunnel_scene() {
  ssh_server
  page_server 127.0.0.1
  serve_on $server ptunnel-ng -v 0 -r127.0.0.1 "-R$1"
  sleep 1
  serve_on $client ptunnel-ng -v 0 -p192.0.2.1 -l2222 -r127.0.0.1 "-R$1"
  sleep 2
}
play_ptunnel_ssh() {
  ptunnel_scene 22
  for command in 'uname; ls -l /usr/bin | head -n 200' 'id'; do
    on_client timeout 30 ssh $ssh_options -p 2222 root@127.0.0.1 "$command" >/dev/null 2>&1 || :
  done
}
play_ptunnel_page() { ptunnel_scene 8080; fetch http://127.0.0.1:2222/text; fetch http://127.0.0.1:2222/random; }
# A terminal in which somebody types: few bytes at a time.
play_ptunnel_typing() {
  ptunnel_scene 22
  { sleep 2; for word in 'ls' 'cd /tmp' 'id' 'uname -a' 'exit'; do echo "$word"; sleep 2; done; } |
    on_client timeout 40 ssh $ssh_options -tt -p 2222 root@127.0.0.1 >/dev/null 2>&1 || :
}
# Another number in place of the one that filters know.
play_ptunnel_quiet() {
  ssh_server
  serve_on $server ptunnel-ng -v 0 -m 4a6f6521 -r127.0.0.1 -R22
  sleep 1
  serve_on $client ptunnel-ng -v 0 -m 4a6f6521 -p192.0.2.1 -l2222 -r127.0.0.1 -R22
  sleep 2
  on_client timeout 40 ssh $ssh_options -p 2222 root@127.0.0.1 'uname; id' >/dev/null 2>&1 || :
}
icmptx_scene() {
  for side in "$server -s" "$client -c"; do ip netns exec "${side% *}" sysctl -q -w net.ipv4.icmp_echo_ignore_all=1; done
  serve_on $server icmptx -s 10.8.0.1
  serve_on $client icmptx -c 192.0.2.1
  sleep 1
  ip -n $server address add 10.8.0.1/24 dev tun0; ip -n $server link set tun0 mtu 1300 up
  ip -n $client address add 10.8.0.2/24 dev tun0; ip -n $client link set tun0 mtu 1300 up
  page_server 10.8.0.1
  ssh_server
  sleep 1
}
icmptx_end() { for name in $server $client; do ip netns exec $name sysctl -q -w net.ipv4.icmp_echo_ignore_all=0; done; }
play_icmptx_page() { icmptx_scene; fetch http://10.8.0.1:8080/text; fetch http://10.8.0.1:8080/random; icmptx_end; }
play_icmptx_ssh() {
  icmptx_scene
  on_client timeout 30 ssh $ssh_options root@10.8.0.1 'uname; ls -l /usr/bin | head -n 200' >/dev/null 2>&1 || :
  icmptx_end
}

play_pings_usual() { on_client ping -q -c 120 -i 0.1 192.0.2.1 >/dev/null; on_client ping -q -c 60 -i 0.1 -s 32 -p 6162636465666768696a6b6c6d6e6f70 192.0.2.1 >/dev/null; }
# The largest packet that passes, looked for by hand and by a program; sizes one after the other.
play_pings_path() {
  for size in 1472 1468 1464 1452 1440 1400 1372 1300 1200 1000 576 508; do on_client ping -q -c 4 -i 0.1 -M do -s $size 192.0.2.1 >/dev/null || :; done
  on_client tracepath -n 192.0.2.1 >/dev/null 2>&1 || :
  size=64
  while [ $size -lt 1472 ]; do on_client ping -q -c 1 -s $size 192.0.2.1 >/dev/null; size=$((size + 32)); done
}
# A line that is tried under load.
play_pings_load() { on_client ping -q -f -c 1500 -s 1400 192.0.2.1 >/dev/null; }
# Several watchers, each with a pattern of its own.
play_pings_watch() {
  for filling in 00 ff aa 55 0123456789abcdef 42; do on_client ping -q -c 40 -i 0.05 -s 200 -p $filling 192.0.2.1 >/dev/null; done
}

scene ptunnel-ssh tunnel 'ptunnel-ng, SSH through it'
scene ptunnel-page tunnel 'ptunnel-ng, two pages through it'
scene ptunnel-typing tunnel 'ptunnel-ng, somebody who types into a terminal'
scene ptunnel-quiet tunnel 'ptunnel-ng with another magic number'
scene icmptx-page tunnel 'icmptx, two pages through it'
scene icmptx-ssh tunnel 'icmptx, SSH through it'
scene pings-usual honest 'pings of Linux, and of the size and pattern of Windows'
scene pings-path honest 'the largest packet that passes: pings of many sizes, tracepath'
scene pings-load honest 'a line tried with 1,500 large pings'
scene pings-watch honest 'watchers with six patterns'

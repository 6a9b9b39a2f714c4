# The scenes of names: iodine and dns2tcp with traffic in them, and name servers that do their ordinary work.
# Part of record.sh.

# iodine over a type of record, asked of the server itself or of a resolver, and a page and a terminal through it.
iodine_scene() {
  type=$1 asked=$2
  shift 2
  serve_on $server iodined -f -c -P not-a-secret -l 192.0.2.1 10.9.0.1/24 t.example.org
  [ "$asked" = 192.0.2.1 ] || unbound_for t.example.org
  sleep 1
  serve_on $client iodine -f -r -P not-a-secret -T "$type" "$@" "$asked" t.example.org
  waited=0
  until ip -n $client address | grep -q 'inet 10[.]9[.]0[.]' || [ $waited = 40 ]; do sleep 0.5; waited=$((waited + 1)); done
  sleep 1
}
through_iodine() {
  page_server 10.9.0.1
  ssh_server
  sleep 1
  fetch http://10.9.0.1:8080/text
  on_client timeout 20 ssh $ssh_options root@10.9.0.1 'uname; ls /usr; id' >/dev/null 2>&1 || :
}
unbound_for() {
  mkdir -p "$work/unbound"
  cat >"$work/unbound/conf" <<CONF
server:
  interface: 192.0.2.53
  access-control: 0.0.0.0/0 allow
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "$work/unbound"
  pidfile: ""
  use-syslog: no
  module-config: "iterator"
  qname-minimisation: no
  do-not-query-localhost: no
forward-zone:
  name: "$1"
  forward-addr: 192.0.2.1
CONF
  serve_on $resolver unbound -d -c "$work/unbound/conf"
}
play_iodine_null() { iodine_scene NULL 192.0.2.1; through_iodine; }
play_iodine_txt() { iodine_scene TXT 192.0.2.1; through_iodine; }
play_iodine_cname() { iodine_scene CNAME 192.0.2.1; through_iodine; }
play_iodine_a() { iodine_scene A 192.0.2.1; through_iodine; }
play_iodine_resolver() { iodine_scene TXT 192.0.2.53; through_iodine; }
play_iodine_mx() { iodine_scene MX 192.0.2.1; through_iodine; }
play_iodine_srv() { iodine_scene SRV 192.0.2.53; through_iodine; }
# Small answers, short names, a question at a time.
play_iodine_small() { iodine_scene TXT 192.0.2.1 -O base32 -m 160 -M 110 -L 0; through_iodine; }
# Nobody uses it: it asks all the time whether there is anything.
play_iodine_idle() { iodine_scene NULL 192.0.2.1; sleep 60; }
# Once the server is reached by itself, packets on port 53 that are no DNS.
play_iodine_raw() {
  serve_on $server iodined -f -c -P not-a-secret -l 192.0.2.1 10.9.0.1/24 t.example.org
  sleep 1
  serve_on $client iodine -f -P not-a-secret 192.0.2.1 t.example.org
  sleep 8
  through_iodine
}

dns2tcp_scene() {
  printf 'listen = 192.0.2.1\nport = 53\nuser = nobody\nchroot = /tmp\ndomain = d.example.net\nresources = ssh:127.0.0.1:22 , page:127.0.0.1:8080\n' >"$work/dns2tcpd.conf"
  page_server 127.0.0.1
  ssh_server
  serve_on $server dns2tcpd -F -f "$work/dns2tcpd.conf"
  [ "$2" = 192.0.2.1 ] || unbound_for d.example.net
  sleep 1
  serve_on $client dns2tcpc -z d.example.net -T "$1" -r ssh -l 2222 "$2"
  serve_on $client dns2tcpc -z d.example.net -T "$1" -r page -l 8081 "$2"
  sleep 2
  fetch http://127.0.0.1:8081/text
  on_client timeout 20 ssh $ssh_options -p 2222 root@127.0.0.1 'uname; ls /usr; id' >/dev/null 2>&1 || :
}
play_dns2tcp_txt() { dns2tcp_scene TXT 192.0.2.1; }
play_dns2tcp_key() { dns2tcp_scene KEY 192.0.2.1; }
play_dns2tcp_resolver() { dns2tcp_scene TXT 192.0.2.53; }

# What is fetched alone: names are short, all is in the answers.
play_dns2tcp_page() {
  printf 'listen = 192.0.2.1\nport = 53\nuser = nobody\nchroot = /tmp\ndomain = d.example.net\nresources = page:127.0.0.1:8080\n' >"$work/dns2tcpd.conf"
  page_server 127.0.0.1
  serve_on $server dns2tcpd -F -f "$work/dns2tcpd.conf"
  sleep 1
  serve_on $client dns2tcpc -z d.example.net -T TXT -r page -l 8081 192.0.2.1
  sleep 2
  fetch http://127.0.0.1:8081/random
}

# A server for every zone of names.py, signed, with answers for whatever is asked below them; a resolver before it.
name_server() {
  python3 names.py zones "$work/zones"
  mkdir -p "$work/knot"
  {
    printf 'server:\n  listen: 192.0.2.1@53\n  rundir: %s\ndatabase:\n  storage: %s\nmod-onlinesign:\n  - id: sign\n    nsec-bitmap: [A, AAAA, TXT]\ntemplate:\n  - id: default\n    storage: %s\n    file: "%%s.zone"\nzone:\n' "$work/knot" "$work/knot" "$work/zones"
    for zone in "$work/zones"/*.zone; do
      name=$(basename "$zone" .zone)
      printf '  - domain: %s\n    dnssec-signing: %s\n' "$name" "$([ "$name" = plant.example ] && echo on || echo off)"
    done
  } >"$work/knot.conf"
  serve_on $server knotd -c "$work/knot.conf"
  sleep 2
}
ask() { python3 names.py "$1" | on_client xargs -L 1 dig +tries=1 +time=1 @192.0.2.1 >/dev/null 2>&1 || :; }
play_names_browser() { name_server; ask browser; }
play_names_cloud() { name_server; ask cloud; }
play_names_mail() { name_server; ask mail; }
play_names_dnssec() { name_server; ask dnssec; }
play_names_reverse() { name_server; ask reverse; }
play_names_discovery() { name_server; ask discovery; }
# The same by design as a tunnel: names that carry a hash, answered by the product's own server.
play_names_reputation() { name_server; ask reputation; }

scene iodine-null tunnel 'iodine over records of type NULL, a page and a terminal through it'
scene iodine-txt tunnel 'iodine over TXT'
scene iodine-cname tunnel 'iodine over CNAME'
scene iodine-a tunnel 'iodine over A'
scene iodine-mx tunnel 'iodine over MX'
scene iodine-srv tunnel 'iodine over SRV, asked of a resolver'
scene iodine-small tunnel 'iodine over TXT with short names and small answers'
scene dns2tcp-page tunnel 'dns2tcp over TXT, a page alone'
scene iodine-resolver tunnel 'iodine over TXT, asked of a resolver'
scene iodine-idle tunnel 'iodine that nobody uses, for a minute'
scene iodine-raw tunnel 'iodine that reaches its server by itself: no DNS, but on port 53'
scene dns2tcp-txt tunnel 'dns2tcp over TXT, a page and a terminal through it'
scene dns2tcp-key tunnel 'dns2tcp over KEY'
scene dns2tcp-resolver tunnel 'dns2tcp over TXT, asked of a resolver'
scene names-browser honest 'names of 60 web sites with what they load: content networks, advertisers, video, maps'
scene names-cloud honest 'names of machines and services at cloud providers: load balancers, storage, clusters, IoT end points'
scene names-mail honest 'a mail server: MX, SPF, DKIM, DMARC, block lists by IPv4 and IPv6 address'
scene names-dnssec honest 'signed answers: keys, signatures, names that do not exist'
scene names-reverse honest 'names of IPv4 and IPv6 addresses'
scene names-discovery honest 'services and certificates: SRV, _acme-challenge, keys of mail addresses by hash'
scene names-reputation product 'hashes of files asked for as names, as virus scanners do'

#!/bin/sh
# Records the captures of protocols around a plant from the software of Debian that speaks them: a client, a server and
# a switch in network namespaces, heard at the client. Writes src/protocols/*/captures/debian.pcap.
# Needs Linux, root, and of Debian: iproute2 iputils-ping wireshark-common tshark dnsmasq-base isc-dhcp-client dnsutils
# chrony lldpd keepalived openssh-server openssl slapd ldap-utils python3.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/namespaces.sh
. scripts/namespaces.sh
begin around unshare ping dnsmasq dhclient dig chronyd lldpd keepalived sshd openssl slapd ldapsearch python3
switch=onesec-around-switch
add_namespace $switch
ip -n $switch link add br0 address 02:00:5e:00:53:0f type bridge stp_state 1 forward_delay 200 hello_time 100
for number in 1 2; do
  [ $number = 1 ] && end=$server || end=$client
  ip -n $switch link add port$number address 02:00:5e:00:53:1$number type veth peer name eth0 address 02:00:5e:00:53:0$number netns $end
  ip -n $switch link set port$number master br0 up
done
ip -n $switch link set br0 up
ip -n $client link set eth0 up
listen
sleep 1
ip -n $server address add 192.0.2.1/24 dev eth0
ip -n $server address add 2001:db8::1/64 dev eth0 nodad
ip -n $server link set eth0 up
sleep 6

# Names and addresses.
on_server dnsmasq --no-daemon --conf-file=/dev/null --no-resolv --no-hosts --pid-file= --user=root \
  --dhcp-leasefile="$work/leases" --dhcp-range=192.0.2.100,192.0.2.110,1h --dhcp-range=2001:db8::100,2001:db8::110,64,1h \
  --enable-ra --dhcp-option=option6:dns-server,[2001:db8::1] --domain=plant.example \
  --host-record=plc1.plant.example,192.0.2.11,2001:db8::11 >"$work/dnsmasq.log" 2>&1 &
sleep 1
printf '#!/bin/sh\n[ "$reason" = BOUND ] && ip address add "$new_ip_address/24" dev "$interface"\n[ "$reason" = BOUND6 ] && ip address add "$new_ip6_address/64" dev "$interface" nodad\nexit 0\n' >"$work/script"
chmod 755 "$work/script"
printf 'send host-name "hmi1";\nsend vendor-class-identifier "example panel";\nsend fqdn.fqdn "hmi1.plant.example";\nrequest subnet-mask, routers, domain-name-servers, ntp-servers;\nalso request dhcp6.fqdn;\n' >"$work/dhclient.conf"
for version in 4 6; do
  on_client dhclient -$version -1 -cf "$work/dhclient.conf" -sf "$work/script" -lf "$work/lease$version" -pf "$work/dhclient$version.pid" eth0 >"$work/dhclient$version.log" 2>&1 || :
done
for question in 'plc1.plant.example A' 'plc1.plant.example AAAA' 'missing.plant.example A' '-x 192.0.2.11'; do
  # shellcheck disable=SC2086
  on_client dig +tries=1 +time=2 @192.0.2.1 $question >/dev/null || :
done

# Echoes, groups, time.
on_client ping -q -c 3 -i 0.3 192.0.2.1 >/dev/null
on_client ping -q -c 3 -i 0.3 2001:db8::1 >/dev/null
on_client python3 - <<'PYTHON'
import socket, struct, time
number = socket.if_nametoindex('eth0')
four = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
four.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack('=4sIi', socket.inet_aton('239.1.2.3'), 0, number))
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
six.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, struct.pack('=16sI', socket.inet_pton(socket.AF_INET6, 'ff15::123'), number))
time.sleep(2)
PYTHON
printf 'local stratum 5\nallow\nport 123\ncmdport 0\npidfile %s/chronyd.pid\n' "$work" >"$work/chrony.conf"
on_server chronyd -x -d -u root -f "$work/chrony.conf" >"$work/chronyd.log" 2>&1 &
sleep 1
on_client chronyd -x -Q -t 8 'cmdport 0' 'server 192.0.2.1 iburst maxsamples 4' >"$work/chrony-client.log" 2>&1 || :

# Routers that share an address, and neighbours.
printf 'global_defs {\n vrrp_skip_check_adv_addr\n}\nvrrp_instance plant {\n state MASTER\n interface eth0\n virtual_router_id 42\n priority 150\n advert_int 1\n authentication {\n  auth_type PASS\n  auth_pass example\n }\n virtual_ipaddress {\n  192.0.2.254/24\n }\n}\n' >"$work/keepalived.conf"
on_server keepalived -n -l -f "$work/keepalived.conf" -p "$work/keepalived.pid" -r "$work/vrrp.pid" >"$work/keepalived.log" 2>&1 &
on_server unshare --uts sh -c 'hostname switch1; exec lldpd -d -cc -ll -u "$1" -I eth0 -S "Example switch, version 1" -P Example' sh "$work/lldpd.socket" >"$work/lldpd.log" 2>&1 &
sleep 6

# Logins and encrypted conversations.
ssh-keygen -q -t ed25519 -N '' -f "$work/host" && ssh-keygen -q -t ed25519 -N '' -f "$work/key"
mkdir -p /run/sshd
on_server "$(command -v sshd)" -D -f /dev/null -h "$work/host" -o PidFile=none -o StrictModes=no -o PermitRootLogin=yes -o "AuthorizedKeysFile=$work/key.pub" >"$work/sshd.log" 2>&1 &
sleep 1
on_client ssh -q -F /dev/null -i "$work/key" -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null root@192.0.2.1 true || :
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/O=Example Works/CN=plc1.plant.example' -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
on_server openssl s_server -quiet -accept 443 -cert "$work/tls.pem" -key "$work/tls.key" -www >/dev/null 2>&1 &
sleep 1
for version in -tls1_2 -tls1_3; do
  printf 'GET / HTTP/1.0\r\n\r\n' | on_client timeout 3 openssl s_client $version -connect 192.0.2.1:443 -servername plc1.plant.example -quiet >/dev/null 2>&1 || :
done
mkdir "$work/ldap"
printf 'include /etc/ldap/schema/core.schema\nmoduleload back_ldif\nmodulepath /usr/lib/ldap\ndatabase ldif\nsuffix "dc=plant,dc=example"\nrootdn "cn=admin,dc=plant,dc=example"\nrootpw not-a-secret\ndirectory %s/ldap\n' "$work" >"$work/slapd.conf"
on_server slapd -f "$work/slapd.conf" -h ldap://192.0.2.1 -d 0 >"$work/slapd.log" 2>&1 &
sleep 1
for password in not-a-secret wrong; do
  on_client ldapsearch -x -H ldap://192.0.2.1 -D cn=admin,dc=plant,dc=example -w $password -b dc=plant,dc=example >/dev/null 2>&1 || :
done
sleep 2
stop_listening

keep() {
  mkdir -p "src/protocols/$1/captures"
  tshark -r "$work/all.pcapng" -Y "$2" -F pcap -w "src/protocols/$1/captures/debian.pcap" 2>/dev/null
}
keep stp 'stp && frame.time_relative < 12'
keep dhcp 'dhcp || dhcpv6'
keep dns dns
keep icmp 'icmp || icmpv6'
keep igmp igmp
keep ntp ntp
keep vrrp 'vrrp && frame.time_relative < 60'
keep cdp cdp
keep ssh 'tcp.port == 22'
keep tls 'tcp.port == 443'
keep ldap 'tcp.port == 389'

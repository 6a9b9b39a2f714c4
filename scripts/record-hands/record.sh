#!/bin/sh
# Records captures of telephones, remote screens, remote procedure calls, discovery of devices and QUIC from the software
# of Debian that speaks them: a client and a server in network namespaces, heard at the client. Writes
# src/protocols/{sip,vnc,dcerpc,ws-discovery,quic}/captures/debian.pcap.
# Needs Linux, root, and of Debian: iproute2 wireshark-common tshark openssl kamailio sipsak sip-tester tigervnc-standalone-server
# tigervnc-viewer tigervnc-tools samba smbclient wsdd caddy chromium knot-dnsutils.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck source=scripts/namespaces.sh
. scripts/namespaces.sh
begin hands openssl kamailio sipsak sipp Xtigervnc xtigervncviewer vncpasswd smbd rpcclient wsdd caddy chromium kdig
join_directly
for name in $client $server; do ip -n $name route add 239.0.0.0/8 dev eth0; done
listen
sleep 1

# Telephones: two registrations, one with a wrong password, and a call.
modules=$(dirname "$(find /usr/lib -path '*kamailio/modules/sl.so' | head -n 1)")
cat >"$work/kamailio.cfg" <<CONF
#!KAMAILIO
log_stderror=yes
fork=no
children=1
disable_tcp=yes
listen=udp:192.0.2.1:5060
mpath="$modules"
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "auth.so"
loadmodule "textops.so"
loadmodule "siputils.so"
request_route {
  if (is_method("REGISTER")) {
    if (!pv_auth_check("plant.example", "not-a-secret", "0", "0")) { www_challenge("plant.example", "1"); exit; }
  }
  sl_send_reply("200", "OK");
}
CONF
on_server kamailio -f "$work/kamailio.cfg" -DD -E >"$work/kamailio.log" 2>&1 &
kamailio=$!
sleep 2
for password in not-a-secret wrong; do
  on_client timeout 5 sipsak -U -s sip:gate7@192.0.2.1 -a $password -u gate7 -C sip:gate7@192.0.2.2 >"$work/sipsak.log" 2>&1 || :
done
on_client timeout 5 sipsak -s sip:gate7@192.0.2.1 >/dev/null 2>&1 || :
kill $kamailio
sleep 1
on_server sipp -sn uas -i 192.0.2.1 -p 5060 -m 1 -bg >/dev/null 2>&1 || :
sleep 1
on_client timeout 20 sipp -sn uac -i 192.0.2.2 -p 5060 -m 1 -d 500 192.0.2.1:5060 >/dev/null 2>&1 || :

# A screen that is looked at from afar: the right password, a wrong one.
printf 'notsecre\n' | vncpasswd -f >"$work/vnc.password"
printf 'wrong\n' | vncpasswd -f >"$work/vnc.wrong"
on_server Xtigervnc :71 -rfbport 5900 -SecurityTypes VncAuth -PasswordFile "$work/vnc.password" -desktop 'panel 7' -geometry 64x48 -depth 16 >"$work/vnc.log" 2>&1 &
Xtigervnc :72 -rfbport -1 -rfbunixpath "$work/rfb" -SecurityTypes None -geometry 200x200 >"$work/screen.log" 2>&1 &
screen=$!
sleep 2
for password in vnc.password vnc.wrong; do
  DISPLAY=:72 on_client timeout 3 xtigervncviewer -SecurityTypes VncAuth -passwd "$work/$password" 192.0.2.1::5900 >"$work/viewer.log" 2>&1 || :
done
kill $screen

# Remote procedure calls: accounts, shares, the registry, a service.
# These servers end their whole process group when they are ended: setsid gives them one of their own.
mkdir -p "$work/samba"
cat >"$work/smb.conf" <<CONF
[global]
  workgroup = PLANT
  netbios name = SERVER1
  security = user
  interfaces = 192.0.2.1/24
  bind interfaces only = yes
  private dir = $work/samba
  state directory = $work/samba
  cache directory = $work/samba
  lock directory = $work/samba
  pid directory = $work/samba
  ncalrpc dir = $work/samba/ncalrpc
  log file = $work/samba/log
  rpc start on demand helpers = no
  load printers = no
  disable spoolss = yes
[programs]
  path = /srv/programs
  comment = programs of the plant
CONF
printf 'not-a-secret\nnot-a-secret\n' | smbpasswd -c "$work/smb.conf" -s -a root >"$work/smbpasswd.log" 2>&1
on_server setsid smbd -F -s "$work/smb.conf" --no-process-group >"$work/smbd.log" 2>&1 &
on_server setsid /usr/libexec/samba/samba-dcerpcd -F -s "$work/smb.conf" --libexec-rpcds >"$work/dcerpcd.log" 2>&1 &
sleep 3
# With a login; one with a wrong password; the last without one.
for calls in 'srvinfo;netshareenum' 'enumdomusers;createdomuser guest7' 'lsaquery;lookupnames root'; do
  on_client timeout 10 rpcclient -s "$work/smb.conf" -U 'root%not-a-secret' -c "$calls" 'ncacn_ip_tcp:192.0.2.1[sign]' >>"$work/rpcclient.log" 2>&1 || :
done
on_client timeout 10 rpcclient -s "$work/smb.conf" -U 'root%wrong' -c srvinfo 'ncacn_ip_tcp:192.0.2.1[sign]' >>"$work/rpcclient.log" 2>&1 || :
on_client timeout 10 rpcclient -s "$work/smb.conf" -U% -c srvinfo ncacn_ip_tcp:192.0.2.1 >>"$work/rpcclient.log" 2>&1 || :

# A computer that shows itself, and one that looks for it.
on_server wsdd -4 -i eth0 -n SERVER1 -w PLANT -v >"$work/wsdd.log" 2>&1 &
sleep 2
on_client wsdd -4 -i eth0 -n PANEL7 -w PLANT -D -l 3703 -v >"$work/wsdd-client.log" 2>&1 &
discovery=$!
sleep 4
kill -INT $discovery 2>/dev/null || :
sleep 2

# A page over HTTP/3, and a question to a server that has no DNS for it.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 -subj '/CN=plc1.plant.example' -addext 'subjectAltName=DNS:plc1.plant.example' -keyout "$work/tls.key" -out "$work/tls.pem" 2>/dev/null
pin=$(openssl x509 -in "$work/tls.pem" -pubkey -noout | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | openssl base64)
cat >"$work/Caddyfile" <<CONF
{
  admin off
  auto_https off
  storage file_system $work/caddy
}
https://plc1.plant.example {
  tls $work/tls.pem $work/tls.key
  respond "a page over HTTP/3"
}
CONF
XDG_DATA_HOME=$work XDG_CONFIG_HOME=$work on_server caddy run --config "$work/Caddyfile" --adapter caddyfile >"$work/caddy.log" 2>&1 &
sleep 2
on_client timeout 20 chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/chromium" --disable-background-networking \
  --disable-component-update --no-first-run --enable-quic --origin-to-force-quic-on=plc1.plant.example:443 --ignore-certificate-errors-spki-list="$pin" \
  --host-resolver-rules='MAP plc1.plant.example 192.0.2.1, MAP * ~NOTFOUND' --dump-dom https://plc1.plant.example/ >"$work/page.html" 2>"$work/chromium.log" || :
on_client kdig +quic +timeout=2 +retry=0 -p 443 @192.0.2.1 plc1.plant.example >/dev/null 2>&1 || :
sleep 1
stop_listening

keep() {
  mkdir -p "src/protocols/$1/captures"
  tshark -r "$work/all.pcapng" -Y "$2" -F pcap -w "src/protocols/$1/captures/debian.pcap" 2>/dev/null
}
keep sip 'udp.port == 5060'
keep vnc 'tcp.port == 5900'
keep dcerpc 'tcp && ip.addr == 192.0.2.1 && !(tcp.port in {5900, 445, 139, 443, 5357})'
keep ws-discovery 'udp.port == 3702'
keep quic 'udp.port == 443'
[ -z "${KEEP_WORK:-}" ] || cp -r "$work" "$KEEP_WORK"

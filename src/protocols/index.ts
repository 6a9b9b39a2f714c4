// Every protocol that is decoded, in the order in which content is tried. One line each.
import type { Protocol } from '../facts/protocol.ts';
import { bacnet, bacnetEthernet } from './bacnet/index.ts';
import { cdp } from './cdp/index.ts';
import { dns, llmnr, mdns, nbns } from './dns/index.ts';
import { dnp3 } from './dnp3/index.ts';
import { enip, enipIo } from './enip/index.ts';
import { icmp } from './icmp/index.ts';
import { iec104 } from './iec104/index.ts';
import { igmp } from './igmp/index.ts';
import { lldp } from './lldp/index.ts';
import { modbus, modbusRtu } from './modbus/index.ts';
import { mqtt } from './mqtt/index.ts';
import { s7comm, s7commPlus } from './s7/index.ts';
import { ssdp } from './ssdp/index.ts';
import { snmp } from './snmp/index.ts';
import { dhcp, dhcpv6 } from './dhcp/index.ts';
import { ssh } from './ssh/index.ts';
import { stp } from './stp/index.ts';
import { vnc } from './vnc/index.ts';
import { tls } from './tls/index.ts';
import { http } from './http/index.ts';
import { ftp } from './ftp/index.ts';
import { tftp } from './tftp/index.ts';
import { telnet } from './telnet/index.ts';
import { mysql } from './mysql/index.ts';
import { postgres } from './postgres/index.ts';
import { tds } from './tds/index.ts';
import { radius } from './radius/index.ts';
import { ipmi } from './ipmi/index.ts';
import { eapol, ppp } from './ppp/index.ts';
import { ldap } from './ldap/index.ts';
import { redis } from './redis/index.ts';
import { imap, pop3, smtp } from './mail/index.ts';
import { rtsp } from './rtsp/index.ts';
import { sip } from './sip/index.ts';
import { rdp } from './rdp/index.ts';
import { kerberos } from './kerberos/index.ts';
import { quic } from './quic/index.ts';
import { remoteSupport } from './remote-support/index.ts';
import { smb } from './smb/index.ts';
import { dcerpc } from './dcerpc/index.ts';
import { coap } from './coap/index.ts';
import { ntp } from './ntp/index.ts';
import { vrrp } from './vrrp/index.ts';
import { wsDiscovery } from './ws-discovery/index.ts';
import { hsrp } from './hsrp/index.ts';
import { edimax } from './edimax/index.ts';

export const protocols: readonly Protocol[] = [
  modbus,
  enip,
  enipIo,
  s7comm,
  s7commPlus,
  iec104,
  dnp3,
  bacnet,
  mqtt,
  modbusRtu,
  bacnetEthernet,
  lldp,
  ssdp,
  snmp,
  dns,
  mdns,
  llmnr,
  nbns,
  dhcp,
  dhcpv6,
  ssh,
  vnc,
  tls,
  http,
  ftp,
  tftp,
  telnet,
  mysql,
  postgres,
  tds,
  radius,
  ipmi,
  ppp,
  eapol,
  pop3,
  smtp,
  imap,
  ldap,
  redis,
  rtsp,
  sip,
  rdp,
  kerberos,
  quic,
  remoteSupport,
  smb,
  dcerpc,
  coap,
  ntp,
  wsDiscovery,
  edimax,
  hsrp,
  stp,
  cdp,
  vrrp,
  igmp,
  icmp,
];

// Rows of protocols on the link, on IP and on UDP.
import { messageKind as dhcpKind, messageKind6 } from '../../src/protocols/dhcp/kinds.ts';
import { messageKind as dnsKind } from '../../src/protocols/dns/kinds.ts';
import { messageKind as hsrpKind } from '../../src/protocols/hsrp/kinds.ts';
import { messageKind as icmpKind } from '../../src/protocols/icmp/kinds.ts';
import { messageKind as igmpKind } from '../../src/protocols/igmp/kinds.ts';
import { messageKind as ntpKind } from '../../src/protocols/ntp/kinds.ts';
import { codeKind, eapolKind } from '../../src/protocols/ppp/kinds.ts';
import { messageKind as snmpKind } from '../../src/protocols/snmp/kinds.ts';
import { messageKind as stpKind } from '../../src/protocols/stp/kinds.ts';
import { messageKind as vrrpKind } from '../../src/protocols/vrrp/kinds.ts';
import type { Fields } from '../agree-facts/row.ts';
import { arpKind, arpSender } from './arp.ts';
import { kindRow, type Kind, type MessageRow } from './row.ts';

/** The number behind a value that tshark shows as `0x0100` or as `256`. */
const byNumber = (values: readonly string[]): readonly number[] => values.map(Number);

function nameRow(protocol: string, layer: string): MessageRow {
  return {
    protocol,
    layer,
    fields: ['dns.flags', 'dns.count.queries', 'dns.count.zones', 'dns.qry.type'],
    theirs: (fields) => {
      const types = [...fields('dns.qry.type')];
      // Of an update the questions are zones (RFC 2136 2.3).
      const counts = byNumber(fields('dns.count.queries'));
      return byNumber(fields('dns.flags')).map((flags, index): Kind => {
        const [first = ''] = types.splice(0, counts[index] ?? 0);
        return [dnsKind(flags, false), first];
      });
    },
  };
}

export const DATAGRAM_ROWS: readonly MessageRow[] = [
  {
    protocol: 'arp',
    layer: 'arp',
    fields: ['arp.opcode', 'arp.src.proto_ipv4', 'arp.src.hw_mac'],
    theirs: (fields) => {
      const sender = arpSender(fields('arp.src.proto_ipv4')[0] ?? '', fields('arp.src.hw_mac')[0] ?? '');
      return fields('arp.opcode').map((operation): Kind => [arpKind(Number(operation)), sender]);
    },
  },
  nameRow('dns', 'dns'),
  nameRow('mdns', 'mdns'),
  nameRow('llmnr', 'llmnr'),
  {
    protocol: 'nbns',
    layer: 'nbns',
    fields: ['nbns.flags', 'nbns.count.queries', 'nbns.type'],
    theirs: (fields) =>
      byNumber(fields('nbns.flags')).map((flags, index): Kind => {
        const hasQuestion = Number(fields('nbns.count.queries')[index] ?? 0) > 0;
        return [dnsKind(flags, true), hasQuestion ? (fields('nbns.type')[0] ?? '') : ''];
      }),
  },
  {
    protocol: 'dhcp',
    layer: 'dhcp',
    fields: ['dhcp.type', 'dhcp.option.dhcp'],
    theirs: (fields) =>
      fields('dhcp.type')
        .slice(0, 1)
        .map((type): Kind => [dhcpKind(Number(type), Number(fields('dhcp.option.dhcp')[0] ?? 0)), '']),
  },
  {
    protocol: 'dhcpv6',
    layer: 'dhcpv6',
    fields: ['dhcpv6.msgtype'],
    // A relay's message holds another.
    theirs: (fields) =>
      fields('dhcpv6.msgtype')
        .slice(0, 1)
        .map((type): Kind => [messageKind6(Number(type)), '']),
  },
  {
    protocol: 'ntp',
    layer: 'ntp',
    fields: ['ntp.flags.mode', 'ntp.flags.vn', 'ntp.ctrl.flags2.r', 'ntp.priv.flags.r'],
    theirs: (fields) => {
      const isResponse = [...fields('ntp.ctrl.flags2.r'), ...fields('ntp.priv.flags.r')].includes('1');
      return fields('ntp.flags.mode')
        .slice(0, 1)
        .map((mode): Kind => [ntpKind(Number(mode), isResponse), `version ${fields('ntp.flags.vn')[0] ?? ''}`]);
    },
  },
  {
    protocol: 'snmp',
    layer: 'snmp',
    fields: ['snmp.version', 'snmp.msgVersion', 'snmp.data', 'snmp.msgData'],
    theirs: (fields) => {
      const [version] = [...fields('snmp.version'), ...fields('snmp.msgVersion')];
      if (version === undefined) return [];
      const [unit] = fields('snmp.data');
      if (unit === undefined) return fields('snmp.msgData')[0] === '1' ? [[snmpKind(Number(version), -1), '']] : [];
      return [[snmpKind(Number(version), Number(unit)), '']];
    },
  },
  icmpRow('icmp', 'icmp'),
  icmpRow('icmp', 'icmpv6'),
  kindRow('igmp', 'igmp', 'igmp.type', igmpKind),
  kindRow('stp', 'stp', 'stp.type', stpKind, 'stp.version', (version) => `version ${version}`),
  kindRow('cdp', 'cdp', 'cdp.version', (version) => `version ${version}`),
  {
    protocol: 'lldp',
    layer: 'lldp',
    fields: [],
    theirs: () => [['LLDPDU', '']],
  },
  kindRow('vrrp', 'vrrp', 'vrrp.version', vrrpKind),
  kindRow('vrrp', 'carp', 'carp.version', () => 'CARP'),
  kindRow('hsrp', 'hsrp', 'hsrp.opcode', (operation) => hsrpKind(1, operation)),
  kindRow('hsrp', 'hsrp', 'hsrp2.opcode', (operation) => hsrpKind(2, operation)),
  {
    protocol: 'ssdp',
    layer: 'ssdp',
    fields: ['http.request.method', 'http.response.code'],
    theirs: (fields) => [
      ...fields('http.request.method').map((method): Kind => [method, '']),
      ...fields('http.response.code').map((): Kind => ['response', '']),
    ],
  },
  {
    protocol: 'eapol',
    layer: 'eapol',
    fields: ['eapol.type', 'eap.code'],
    theirs: (fields) =>
      fields('eapol.type')
        .slice(0, 1)
        .map((type): Kind => [eapolKind(Number(type), Number(fields('eap.code')[0] ?? 0)), '']),
  },
  pppRow('pap', 'PAP', 'pap.code'),
  pppRow('chap', 'CHAP', 'chap.code'),
  pppRow('eap', 'EAP', 'eap.code'),
];

/** An error quotes the packet it is about, which may be one of ICMP as well. */
function icmpRow(protocol: string, layer: string): MessageRow {
  const first = (fields: Fields, name: string): readonly string[] => fields(`${layer}.${name}`).slice(0, 1);
  return {
    protocol,
    layer,
    fields: [`${layer}.type`, `${layer}.code`],
    theirs: (fields) =>
      first(fields, 'type').map((type): Kind => [icmpKind(Number(type)), `code ${first(fields, 'code')[0] ?? ''}`]),
  };
}

function pppRow(layer: string, name: string, field: string): MessageRow {
  return {
    protocol: 'ppp',
    layer,
    fields: [field],
    theirs: (fields, stack) =>
      stack.includes('pppoes') ? fields(field).map((code): Kind => [codeKind(name, Number(code)), '']) : [],
  };
}

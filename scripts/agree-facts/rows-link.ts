// Rows of protocols on the link: neighbours, spanning trees, shared addresses, groups.
import { claimRow, pairs, traitRow, type Fields, type Row } from './row.ts';

const HSRP_STATES: Readonly<Record<number, string>> = {
  0: 'initial',
  1: 'learn',
  2: 'listen',
  4: 'speak',
  8: 'standby',
  16: 'active',
};
const HSRP2_STATES = ['disabled', 'initial', 'learn', 'listen', 'speak', 'standby', 'active'];
/** Records of MLDv2 that name groups without joining them where they list no sources (RFC 3810 5.2.12). */
const INCLUDING = new Set(['1', '3']);

const NO_MAC = '00:00:00:00:00:00';
const LINK_PREFIX = '3';
const ROUTE_PREFIX = '24';

export const LINK_ROWS: readonly Row[] = [
  {
    protocol: 'arp',
    what: 'address-binding (of senders)',
    filter: 'arp',
    fields: ['arp.src.proto_ipv4', 'arp.src.hw_mac'],
    // Who asks before it has an address has none; tshark shows no card where its address is not that of Ethernet.
    theirs: (fields) =>
      pairs(fields, 'arp.src.proto_ipv4', 'arp.src.hw_mac')
        .filter(([address, mac]) => address !== '0.0.0.0' && mac !== '' && mac !== NO_MAC)
        .map(([address, mac]) => `${address} ${mac}`),
    binding: (address, mac) => `${address} ${mac}`,
  },
  traitRow(
    'stp',
    'spanning-tree-root',
    'stp.type != 0x80',
    ['stp.root.prio', 'stp.root.ext', 'stp.root.hw', 'stp.root.cost'],
    (fields) =>
      fields('stp.root.hw').map(
        (mac, index) =>
          `${fields('stp.root.prio')[index]}/${fields('stp.root.ext')[index]}/${mac}, cost ${fields('stp.root.cost')[index]}`,
      ),
  ),
  traitRow(
    'stp',
    'spanning-tree-bridge',
    'stp.type != 0x80',
    ['stp.bridge.prio', 'stp.bridge.ext', 'stp.bridge.hw'],
    (fields) =>
      fields('stp.bridge.hw').map(
        (mac, index) => `${fields('stp.bridge.prio')[index]}/${fields('stp.bridge.ext')[index]}/${mac}`,
      ),
  ),
  traitRow('cdp', 'cdp-device', 'cdp', 'cdp.deviceid'),
  traitRow('cdp', 'cdp-port', 'cdp', 'cdp.portid'),
  claimRow('cdp', 'cdp platform', 'model', 'cdp', 'cdp.platform', (fields) =>
    // The maker's name before the model is told as the vendor.
    fields('cdp.platform').map((name) => name.replace(/^cisco /i, '')),
  ),
  traitRow('cdp', 'cdp-native-vlan', 'cdp', 'cdp.native_vlan'),
  traitRow(
    'vrrp',
    'vrrp',
    'vrrp',
    ['vrrp.virt_rtr_id', 'vrrp.prio'],
    (fields) => pairs(fields, 'vrrp.virt_rtr_id', 'vrrp.prio').map(([group, priority]) => `${group} ${priority}`),
    (value) => /group (\d+), priority (\d+)/.exec(value)?.slice(1).join(' '),
  ),
  traitRow(
    'hsrp',
    'hsrp',
    'hsrp',
    ['hsrp.group', 'hsrp.state', 'hsrp2.group', 'hsrp2.state'],
    (fields) => [
      ...pairs(fields, 'hsrp.group', 'hsrp.state').map(([group, state]) => `${group} ${HSRP_STATES[Number(state)]}`),
      ...pairs(fields, 'hsrp2.group', 'hsrp2.state').map(([group, state]) => `${group} ${HSRP2_STATES[Number(state)]}`),
    ],
    (value) => /group (\d+), (\w+)/.exec(value)?.slice(1).join(' '),
  ),
  traitRow(
    'lldp',
    'lldp-chassis',
    'lldp',
    ['lldp.chassis.id.mac', 'lldp.chassis.id.ip4', 'lldp.chassis.id'],
    (fields) => [
      ...fields('lldp.chassis.id.mac'),
      ...fields('lldp.chassis.id.ip4'),
      ...fields('lldp.chassis.id').map(textOf),
    ],
  ),
  traitRow('lldp', 'lldp-port', 'lldp', ['lldp.port.id.mac', 'lldp.port.id.ip4', 'lldp.port.id'], (fields) =>
    oneOf(fields, 'lldp.port.id.mac', 'lldp.port.id.ip4', 'lldp.port.id'),
  ),
  traitRow('lldp', 'lldp-description', 'lldp', 'lldp.tlv.system.desc'),
  claimRow('lldp', 'lldp system name', 'name', 'lldp', 'lldp.tlv.system.name'),
  traitRow(
    'igmp',
    'multicast-group',
    'igmp.type == 0x12 or igmp.type == 0x16 or igmp.type == 0x22',
    ['igmp.type', 'igmp.maddr'],
    (fields) => (/^0x(?:12|16|22)$/.test(fields('igmp.type')[0] ?? '') ? fields('igmp.maddr') : []),
    (value) => (value.includes('.') ? value : undefined),
  ),
  traitRow(
    'icmp',
    'multicast-group',
    'icmpv6.type == 131 or icmpv6.type == 143',
    [
      'icmpv6.type',
      'icmpv6.mldr.mar.multicast_address',
      'icmpv6.mldr.mar.record_type',
      'icmpv6.mldr.mar.nb_sources',
      'icmpv6.mld.multicast_address',
    ],
    (fields) => [
      ...fields('icmpv6.mldr.mar.multicast_address').filter((_, index) => !isLeft(fields, index)),
      ...(fields('icmpv6.type')[0] === '131' ? fields('icmpv6.mld.multicast_address') : []),
    ],
    (value) => (value.includes(':') ? value : undefined),
  ),
  traitRow(
    'icmp',
    'ipv6-router',
    'icmpv6.type == 134',
    ['icmpv6.opt.prefix', 'icmpv6.opt.prefix.length', 'icmpv6.opt.type'],
    linkPrefixes,
    (value) => [...value.matchAll(/prefix ([^,]+)/g)].map((match) => match[1]!),
  ),
  traitRow('eapol', 'eap-identity', 'eapol', ['eap.identity', 'frame.protocols'], (fields) =>
    fields('frame.protocols')[0]?.includes('eapol') === true ? fields('eap.identity') : [],
  ),
];

/** tshark shows the prefixes of routes (RFC 4191) in the same field as those of the link. */
function linkPrefixes(fields: Fields): string[] {
  const kinds = fields('icmpv6.opt.type').filter((type) => type === LINK_PREFIX || type === ROUTE_PREFIX);
  return pairs(fields, 'icmpv6.opt.prefix', 'icmpv6.opt.prefix.length')
    .filter((_, index) => kinds[index] === LINK_PREFIX)
    .map(([prefix, size]) => `${prefix}/${size}`);
}

/** Of a name that the device was given tshark shows the bytes. */
function textOf(hex: string): string {
  return /^(?:[0-9a-f]{2})+$/.test(hex) ? Buffer.from(hex, 'hex').toString('latin1') : hex;
}

function oneOf(fields: Fields, ...names: readonly string[]): readonly string[] {
  return names.map(fields).find((values) => values.length > 0) ?? [];
}

function isLeft(fields: Fields, index: number): boolean {
  const isIncluding = INCLUDING.has(fields('icmpv6.mldr.mar.record_type')[index] ?? '');
  return isIncluding && fields('icmpv6.mldr.mar.nb_sources')[index] === '0';
}

// Rows of protocols that name hosts, find them, and give them addresses.
import { typeName } from '../../src/protocols/dns/messages.ts';
import { claimRow, headers, isTrue, pairs, traitRow, type Fields, type Row } from './row.ts';

const NTP_MODES = ['', 'active', 'passive', 'client', 'server', 'broadcast', 'control', 'private'];
/** Solicit, Request, Confirm, Renew, Rebind, Release, Decline, Information-request (RFC 8415 7.3), and relayed. */
const OF_DHCP6_CLIENT = /^(?:1|3|4|5|6|8|9|11|12)$/;
/** tshark's name of the root of all domains. */
const ROOT = '<Root>';
const SERVICE_RECORD = '33';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const SYS_OBJECT_ID = '1.3.6.1.2.1.1.2.0';
const DUID_KINDS = ['', 'LLT', 'EN', 'LL', 'UUID'];

export const NAME_ROWS: readonly Row[] = [
  // Names are the same in small and capital letters (RFC 4343), and told in small ones.
  traitRow(
    'dns',
    'name-asked',
    'dns or mdns or llmnr',
    ['dns.qry.name', 'dns.qry.type', 'dns.flags.response'],
    asked,
    (value) => (isNetbios(value) ? undefined : value),
  ),
  traitRow(
    'nbns',
    'name-asked',
    'nbns',
    ['nbns.name', 'nbns.type', 'nbns.flags.opcode', 'nbns.flags.response'],
    askedNetbios,
    (value) => (isNetbios(value) ? value : undefined),
  ),
  claimRow('mdns', 'mdns A', 'name', 'mdns', ['dns.resp.name', 'dns.resp.type', 'frame.protocols'], (fields) =>
    ofMdns(fields, 1),
  ),
  claimRow('mdns', 'mdns AAAA', 'name', 'mdns', ['dns.resp.name', 'dns.resp.type', 'frame.protocols'], (fields) =>
    ofMdns(fields, 28),
  ),
  claimRow('ntp', 'ntp', 'role', 'ntp.flags.mode == 4', ['ntp.flags.mode'], (fields) =>
    fields('ntp.flags.mode')[0] === '4' ? ['time server'] : [],
  ),
  traitRow(
    'ntp',
    'ntp',
    'ntp',
    ['ntp.flags.mode', 'ntp.flags.vn'],
    (fields) =>
      pairs(fields, 'ntp.flags.mode', 'ntp.flags.vn')
        // Control messages are told as requests.
        .filter(([mode]) => Number(mode) < 6)
        .map(([mode, version]) => `${NTP_MODES[Number(mode)]}, version ${version}`),
    (value) => /^\w+, version \d+/.exec(value)?.[0],
  ),
  claimRow('dhcp', 'dhcp 12', 'name', 'dhcp', ['dhcp.option.hostname', 'dhcp.type'], (fields) =>
    ofDhcpClient(fields, 'dhcp.option.hostname'),
  ),
  traitRow('dhcp', 'dhcp-vendor-class', 'dhcp', ['dhcp.option.vendor_class_id', 'dhcp.type'], (fields) =>
    ofDhcpClient(fields, 'dhcp.option.vendor_class_id'),
  ),
  traitRow('dhcp', 'dhcp-fingerprint', 'dhcp', ['dhcp.option.request_list_item', 'dhcp.type'], (fields) => [
    ofDhcpClient(fields, 'dhcp.option.request_list_item').join(','),
  ]),
  claimRow('dhcpv6', 'dhcpv6 39', 'name', 'dhcpv6', ['dhcpv6.client_domain', 'dhcpv6.msgtype'], (fields) =>
    ofDhcp6Client(fields, 'dhcpv6.client_domain').map((name) => name.replace(/\.$/, '')),
  ),
  traitRow('dhcpv6', 'dhcpv6-fingerprint', 'dhcpv6', ['dhcpv6.requested_option_code', 'dhcpv6.msgtype'], (fields) => [
    ofDhcp6Client(fields, 'dhcpv6.requested_option_code').join(','),
  ]),
  traitRow(
    'dhcpv6',
    'dhcpv6-vendor-class',
    'dhcpv6',
    ['dhcpv6.vendorclass.enterprise', 'dhcpv6.vendorclass.data', 'dhcpv6.msgtype'],
    (fields) =>
      ofDhcp6Client(fields, 'dhcpv6.vendorclass.enterprise').map((maker, index) =>
        `${maker} ${fields('dhcpv6.vendorclass.data')[index] ?? ''}`.trim(),
      ),
  ),
  traitRow(
    'dhcpv6',
    'dhcpv6-duid',
    'dhcpv6',
    ['dhcpv6.duid.bytes', 'dhcpv6.option.type', 'dhcpv6.msgtype'],
    (fields) => {
      // Options 1 and 2 hold one each: the client's own, and that of the server it means.
      const order = fields('dhcpv6.option.type').filter((type) => type === '1' || type === '2');
      return ofDhcp6Client(fields, 'dhcpv6.duid.bytes')
        .filter((_, index) => order[index] === '1')
        .map((bytes) => `${DUID_KINDS[Number(`0x${bytes.slice(0, 4)}`)] ?? 'DUID'} ${bytes.slice(4)}`);
    },
  ),
  traitRow('ssdp', 'ssdp-search', 'ssdp', ['http.request.method', 'http.request.line'], (fields) =>
    fields('http.request.method')[0] === 'M-SEARCH' ? headers(fields('http.request.line'), 'ST') : [],
  ),
  traitRow('ssdp', 'ssdp-server', 'ssdp', ['http.server', 'frame.protocols'], (fields) =>
    isSsdp(fields) ? fields('http.server') : [],
  ),
  claimRow(
    'ssdp',
    'ssdp location',
    'url',
    'ssdp',
    ['http.request.method', 'http.location', 'frame.protocols'],
    (fields) => (isSsdp(fields) && fields('http.request.method')[0] !== 'M-SEARCH' ? fields('http.location') : []),
  ),
  // tshark shows the bytes of these only: they are searched as text.
  traitRow('ws-discovery', 'ws-discovery-endpoint', 'udp.port == 3702', ['udp.payload', 'udp.port'], (fields) =>
    ofDiscovery(fields, /<(?:\w+:)?EndpointReference>\s*<(?:\w+:)?Address>([^<]+)</g),
  ),
  claimRow('ws-discovery', 'ws-discovery addresses', 'url', 'udp.port == 3702', ['udp.payload', 'udp.port'], (fields) =>
    ofDiscovery(fields, /<(?:\w+:)?XAddrs>([^<]+)</g).flatMap((list) => list.split(/\s+/)),
  ),
  claimRow(
    'nbns',
    'netbios session',
    'name',
    'nbss.type == 0x81',
    ['nbss.calling_name', 'nbss.called_name'],
    (fields) =>
      [...fields('nbss.calling_name'), ...fields('nbss.called_name')]
        .map((name) => name.replace(/<.*$/, '').trim())
        // Whoever does not know the server's name calls it `*SMBSERVER`.
        .filter((name) => !name.startsWith('*')),
  ),
  traitRow('snmp', 'snmp-engine-id', 'snmp', 'snmp.msgAuthoritativeEngineID'),
  claimRow('snmp', 'snmp sysName', 'name', 'snmp', ['snmp.name', 'snmp.value.octets', 'snmp.data'], (fields) =>
    isAnswer(fields) ? sysNames(fields) : [],
  ),
  claimRow(
    'snmp',
    'snmp sysObjectID',
    'product-code',
    'snmp',
    ['snmp.name', 'snmp.value.oid', 'snmp.data'],
    (fields) =>
      isAnswer(fields) && fields('snmp.name').includes(SYS_OBJECT_ID) ? fields('snmp.value.oid').slice(0, 1) : [],
  ),
];

function asked(fields: Fields): string[] {
  return pairs(fields, 'dns.qry.name', 'dns.qry.type').map(
    ([name, type]) => `${name === ROOT ? '.' : name.toLowerCase()} ${typeName(Number(type), false)}`,
  );
}

/** tshark shows `WPAD<00> (Workstation/Redirector)`; further names of a request are of its records. */
function askedNetbios(fields: Fields): string[] {
  // Whoever registers a name asks nobody for it (opcode 5, RFC 1002 4.2.1.1).
  if (isTrue(fields('nbns.flags.response')) || fields('nbns.flags.opcode')[0] !== '0') return [];
  return pairs(fields, 'nbns.name', 'nbns.type')
    .slice(0, 1)
    .map(
      ([name, type]) => `${/^.*?<[0-9a-f]{2}>/i.exec(name)?.[0].toLowerCase() ?? ''} ${typeName(Number(type), true)}`,
    );
}

function isNetbios(asked: string): boolean {
  return / (?:NB|NBSTAT)$/.test(asked);
}

function ofMdns(fields: Fields, type: number): string[] {
  if (fields('frame.protocols')[0]?.includes('mdns') !== true) return [];
  // The name of a service record tshark shows in fields of their own.
  const types = fields('dns.resp.type').filter((value) => value !== SERVICE_RECORD);
  return fields('dns.resp.name')
    .filter((_, index) => Number(types[index]) === type)
    .map((name) => name.toLowerCase());
}

function ofDhcpClient(fields: Fields, name: string): readonly string[] {
  return fields('dhcp.type')[0] === '1' ? fields(name) : [];
}

function ofDhcp6Client(fields: Fields, name: string): readonly string[] {
  return OF_DHCP6_CLIENT.test(fields('dhcpv6.msgtype')[0] ?? '') ? fields(name) : [];
}

function isSsdp(fields: Fields): boolean {
  return fields('frame.protocols')[0]?.includes('ssdp') === true;
}

function isAnswer(fields: Fields): boolean {
  return fields('snmp.data')[0] === '2';
}

function ofDiscovery(fields: Fields, pattern: RegExp): string[] {
  if (!fields('udp.port').includes('3702')) return [];
  const text = Buffer.from(fields('udp.payload')[0] ?? '', 'hex').toString('utf8');
  // Who asks for an endpoint (Resolve) does not have it.
  if (/<(?:\w+:)?Resolve>/.test(text)) return [];
  return [...text.matchAll(pattern)].map((match) => match[1]!.trim());
}

/** Which values are texts is known where all are, and of the first. */
function sysNames(fields: Fields): string[] {
  const texts = fields('snmp.value.octets');
  const names = fields('snmp.name');
  const at = names.indexOf(SYS_NAME);
  const isKnown = at === 0 || (at > 0 && names.length === texts.length);
  return isKnown ? [Buffer.from(texts[at] ?? '', 'hex').toString('latin1')] : [];
}

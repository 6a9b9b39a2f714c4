// What is compared: for each protocol the facts whose content tshark shows as well.
import { claimRow, traitRow, userRow, type Fields, type Row } from './row.ts';

const NTP_MODES = ['', 'active', 'passive', 'client', 'server', 'broadcast', 'control', 'private'];
const HSRP_STATES: Readonly<Record<number, string>> = {
  0: 'initial',
  1: 'learn',
  2: 'listen',
  4: 'speak',
  8: 'standby',
  16: 'active',
};
const HSRP2_STATES = ['disabled', 'initial', 'learn', 'listen', 'speak', 'standby', 'active'];

function pairs(fields: Fields, first: string, second: string): [string, string][] {
  const others = fields(second);
  return fields(first).map((value, index) => [value, others[index] ?? '']);
}

function starting(command: string): (fields: Fields) => string[] {
  return (fields) =>
    pairs(fields, 'ftp.request.command', 'ftp.request.arg')
      .filter(([name]) => name.toUpperCase() === command)
      .map(([, argument]) => argument);
}

const LINK_ROWS: readonly Row[] = [
  {
    protocol: 'stp',
    what: 'root',
    filter: 'stp.type != 0x80',
    fields: ['stp.root.prio', 'stp.root.ext', 'stp.root.hw', 'stp.root.cost'],
    theirs: (fields) =>
      fields('stp.root.hw').map(
        (mac, index) =>
          `${fields('stp.root.prio')[index]}/${fields('stp.root.ext')[index]}/${mac}, cost ${fields('stp.root.cost')[index]}`,
      ),
    trait: ({ trait, value }) => (trait === 'spanning-tree-root' ? value : undefined),
  },
  {
    protocol: 'stp',
    what: 'bridge',
    filter: 'stp.type != 0x80',
    fields: ['stp.bridge.prio', 'stp.bridge.ext', 'stp.bridge.hw'],
    theirs: (fields) =>
      fields('stp.bridge.hw').map(
        (mac, index) => `${fields('stp.bridge.prio')[index]}/${fields('stp.bridge.ext')[index]}/${mac}`,
      ),
    trait: ({ trait, value }) => (trait === 'spanning-tree-bridge' ? value : undefined),
  },
  traitRow('cdp', 'cdp-device', 'cdp', 'cdp.deviceid'),
  traitRow('cdp', 'cdp-port', 'cdp', 'cdp.portid'),
  {
    ...claimRow('cdp', 'cdp platform', 'cdp', 'cdp.platform'),
    theirs: (fields) => fields('cdp.platform').map((name) => name.replace(/^cisco /i, '')),
    claim: ({ attribute, source, value }) => (attribute === 'model' && source === 'cdp platform' ? value : undefined),
  },
  traitRow('cdp', 'cdp-native-vlan', 'cdp', 'cdp.native_vlan'),
  {
    protocol: 'vrrp',
    what: 'group and priority',
    filter: 'vrrp',
    fields: ['vrrp.virt_rtr_id', 'vrrp.prio'],
    theirs: (fields) =>
      pairs(fields, 'vrrp.virt_rtr_id', 'vrrp.prio').map(([group, priority]) => `${group} ${priority}`),
    trait: ({ trait, value }) =>
      trait === 'vrrp' ? /group (\d+), priority (\d+)/.exec(value)?.slice(1).join(' ') : undefined,
  },
  {
    protocol: 'hsrp',
    what: 'group and state',
    filter: 'hsrp',
    fields: ['hsrp.group', 'hsrp.state', 'hsrp2.group', 'hsrp2.state'],
    theirs: (fields) => [
      ...pairs(fields, 'hsrp.group', 'hsrp.state').map(([group, state]) => `${group} ${HSRP_STATES[Number(state)]}`),
      ...pairs(fields, 'hsrp2.group', 'hsrp2.state').map(([group, state]) => `${group} ${HSRP2_STATES[Number(state)]}`),
    ],
    trait: ({ trait, value }) => (trait === 'hsrp' ? /group (\d+), (\w+)/.exec(value)?.slice(1).join(' ') : undefined),
  },
  traitRow('lldp', 'lldp-description', 'lldp', 'lldp.tlv.system.desc'),
  claimRow('lldp', 'lldp system name', 'lldp', 'lldp.tlv.system.name'),
  {
    protocol: 'igmp',
    what: 'group joined',
    filter: 'igmp.type == 0x12 or igmp.type == 0x16 or igmp.type == 0x22',
    fields: ['igmp.type', 'igmp.maddr'],
    theirs: (fields) => (/^0x(?:12|16|22)$/.test(fields('igmp.type')[0] ?? '') ? fields('igmp.maddr') : []),
    trait: ({ trait, value }) => (trait === 'multicast-group' && value.includes('.') ? value : undefined),
  },
  {
    protocol: 'icmp',
    what: 'group joined (MLD)',
    filter: 'icmpv6.type == 131 or icmpv6.type == 143',
    fields: ['icmpv6.type', 'icmpv6.mldr.mar.multicast_address', 'icmpv6.mld.multicast_address'],
    theirs: (fields) => [
      ...fields('icmpv6.mldr.mar.multicast_address'),
      ...(fields('icmpv6.type')[0] === '131' ? fields('icmpv6.mld.multicast_address') : []),
    ],
    trait: ({ trait, value }) => (trait === 'multicast-group' && value.includes(':') ? value : undefined),
  },
];

const NAME_ROWS: readonly Row[] = [
  {
    protocol: 'ntp',
    what: 'mode and version',
    filter: 'ntp',
    fields: ['ntp.flags.mode', 'ntp.flags.vn'],
    theirs: (fields) =>
      pairs(fields, 'ntp.flags.mode', 'ntp.flags.vn')
        // Control messages are told as requests.
        .filter(([mode]) => Number(mode) < 6)
        .map(([mode, version]) => `${NTP_MODES[Number(mode)]}, version ${version}`),
    trait: ({ trait, value }) => (trait === 'ntp' ? /^\w+, version \d+/.exec(value)?.[0] : undefined),
  },
  claimRow('dhcp', 'dhcp 12', 'dhcp.option.hostname and dhcp.type == 1', 'dhcp.option.hostname'),
  traitRow('dhcp', 'dhcp-vendor-class', 'dhcp.type == 1', 'dhcp.option.vendor_class_id'),
  {
    ...traitRow('dhcpv6', 'dhcpv6-binding', 'dhcpv6', 'dhcpv6.duid.bytes'),
    what: 'name (option 39)',
    fields: ['dhcpv6.client_domain'],
    theirs: (fields) => fields('dhcpv6.client_domain').map((name) => name.replace(/\.$/, '')),
    trait: () => undefined,
    claim: ({ source, value }) => (source === 'dhcpv6 39' ? value : undefined),
  },
];

const LOGIN_ROWS: readonly Row[] = [
  userRow('ftp', 'ftp', ['ftp.request.command', 'ftp.request.arg'], starting('USER')),
  {
    ...userRow('pop3', 'pop', ['pop.request.command', 'pop.request.parameter'], (fields) =>
      pairs(fields, 'pop.request.command', 'pop.request.parameter')
        .filter(([name]) => name.toUpperCase() === 'USER')
        .map(([, user]) => user),
    ),
    login: ({ protocol, mechanism, user }) => (protocol === 'pop3' && mechanism === 'clear' ? user : undefined),
  },
  userRow('radius', 'radius.code == 1', ['radius.User_Name'], (fields) => fields('radius.User_Name')),
  {
    ...userRow('ldap', 'ldap.protocolOp == 0', ['ldap.name', 'ldap.simple'], (fields) =>
      fields('ldap.simple').length > 0 ? fields('ldap.name') : [],
    ),
    login: ({ protocol, mechanism, user }) => (protocol === 'ldap' && mechanism === 'clear' ? user : undefined),
  },
  {
    protocol: 'ntlm',
    what: 'user of logins (in SMB, LDAP, HTTP, DCE/RPC …)',
    filter: 'ntlmssp.messagetype == 3',
    fields: ['ntlmssp.auth.username'],
    theirs: (fields) => fields('ntlmssp.auth.username').filter((user) => user !== 'NULL'),
    login: ({ mechanism, user }) => (mechanism.startsWith('ntlm') && user !== '' ? user : undefined),
  },
  {
    protocol: 'smb',
    what: 'user of logins (clear)',
    filter: 'smb.account',
    fields: ['smb.account'],
    theirs: (fields) => fields('smb.account'),
    login: ({ protocol, mechanism, user }) => (protocol === 'smb' && mechanism === 'clear' ? user : undefined),
  },
  userRow('mysql', 'mysql', ['mysql.user'], (fields) => fields('mysql.user')),
  userRow('tds', 'tds', ['tds.7login.username'], (fields) => fields('tds.7login.username')),
  {
    ...traitRow('sip', 'sip-realm', 'sip', 'sip.auth.realm'),
    theirs: (fields) => fields('sip.auth.realm').map((realm) => realm.replaceAll('"', '')),
  },
  traitRow('rdp', 'rdp-cookie', 'rdp or tpkt', 'rdp.rt_cookie'),
  traitRow('kerberos', 'kerberos-realm', 'kerberos', 'kerberos.realm'),
  traitRow('vnc', 'vnc-desktop', 'vnc', 'vnc.desktop_name'),
  traitRow('vnc', 'vnc-version', 'vnc', 'vnc.server_proto_ver'),
];

const REQUEST_ROWS: readonly Row[] = [
  {
    protocol: 'ftp',
    what: 'files fetched and stored',
    filter: 'ftp',
    fields: ['ftp.request.command', 'ftp.request.arg'],
    theirs: (fields) => [...starting('RETR')(fields), ...starting('STOR')(fields)],
    request: ({ protocol, function: name, name: file }) =>
      protocol === 'ftp' && file !== '' && /^(?:RETR|STOR)/.test(name) ? file : undefined,
  },
  {
    protocol: 'tftp',
    what: 'files fetched and stored',
    filter: 'tftp.opcode == 1 or tftp.opcode == 2',
    fields: ['tftp.source_file', 'tftp.destination_file'],
    theirs: (fields) => [...fields('tftp.source_file'), ...fields('tftp.destination_file')],
    request: ({ protocol, name }) => (protocol === 'tftp' ? name : undefined),
  },
  {
    protocol: 'http',
    what: 'what is changed (POST, PUT, DELETE)',
    filter: 'http.request',
    fields: ['http.request.method', 'http.request.uri'],
    theirs: (fields) =>
      pairs(fields, 'http.request.method', 'http.request.uri')
        .filter(([method]) => /^(?:POST|PUT|DELETE)$/.test(method))
        .map(([method, uri]) => `${method} ${uri.replace(/^https?:\/\/[^/]+/, '')}`),
    request: ({ protocol, function: method, name }) => (protocol === 'http' ? `${method} ${name}` : undefined),
  },
  {
    protocol: 'smb',
    what: 'shares connected',
    filter: 'smb or smb2',
    fields: ['smb.path', 'smb2.tree', 'smb.cmd', 'smb2.cmd', 'smb2.flags.response', 'smb.flags.response'],
    theirs: (fields) => [
      ...(fields('smb.cmd').includes('0x75') && !isTrue(fields('smb.flags.response')) ? fields('smb.path') : []),
      ...(fields('smb2.cmd').includes('3') && !isTrue(fields('smb2.flags.response')) ? fields('smb2.tree') : []),
    ],
    request: ({ protocol, function: name, name: share }) =>
      protocol === 'smb' && name.includes('TREE_CONNECT') ? share : undefined,
  },
];

function isTrue(values: readonly string[]): boolean {
  return values.some((value) => value === '1' || value === 'True');
}

const TEXT_ROWS: readonly Row[] = [
  traitRow('tls', 'tls-server-name', 'tls.handshake.type == 1', 'tls.handshake.extensions_server_name'),
  {
    ...traitRow('http', 'user-agent', 'http.user_agent', 'http.user_agent'),
    fields: ['http.user_agent', 'frame.protocols'],
    theirs: (fields) => (fields('frame.protocols')[0]?.includes('ssdp') === true ? [] : fields('http.user_agent')),
  },
  {
    protocol: 'coap',
    what: 'path asked for',
    filter: 'coap',
    fields: ['coap.opt.uri_path_recon'],
    theirs: (fields) => fields('coap.opt.uri_path_recon').map((path) => path.slice(1)),
    request: ({ protocol, name }) => (protocol === 'coap' && name !== '' ? name : undefined),
  },
];

export const ROWS: readonly Row[] = [...LINK_ROWS, ...NAME_ROWS, ...LOGIN_ROWS, ...REQUEST_ROWS, ...TEXT_ROWS];

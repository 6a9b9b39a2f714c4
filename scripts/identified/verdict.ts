// Compares what two programs take a flow for.

/** Names of layers that tshark shows for a protocol of ours, besides our own name. */
const ALIASES: Readonly<Record<string, readonly string[]>> = {
  modbus: ['mbtcp', 'mbudp', 'modbus'],
  redis: ['resp'],
  ftp: ['ftp', 'ftp-data'],
  pop3: ['pop'],
  ldap: ['ldap', 'cldap'],
  eapol: ['eapol', 'eap'],
  ppp: ['pppoes', 'ppp'],
  tds: ['tds'],
  postgres: ['pgsql'],
  ipmi: ['rmcp', 'ipmi'],
  'ws-discovery': ['ws-discovery', 'xml'],
  'modbus-rtu': ['mbrtu'],
  iec104: ['iec60870_104', 'iec60870_asdu'],
  bacnet: ['bvlc', 'bacnet', 'bacapp'],
  'bacnet-ethernet': ['bacnet', 'bacapp'],
  enip: ['enip', 'cip', 'cpf'],
  'enip-io': ['cipio', 'enip'],
  s7comm: ['s7comm', 's7comm-plus'],
  mms: ['mms', 'acse', 'pres', 'ses'],
  opcua: ['opcua'],
  profinet: ['pn_io', 'pn_dcp', 'pn_rt'],
  synchrophasor: ['synphasor'],
  'hart-ip': ['hart_ip'],
  fins: ['omron', 'omron-fins', 'fins'],
  genisys: ['genisys'],
  tls: ['tls', 'ssl'],
  ssh: ['ssh'],
  http: ['http', 'http2'],
  dns: ['dns', 'mdns', 'llmnr', 'nbns'],
  ntp: ['ntp'],
  snmp: ['snmp'],
  telnet: ['telnet'],
  smb: ['smb', 'smb2', 'nbss'],
  rdp: ['rdp', 't125'],
};

/** Layers that say how something is carried, not what it is. */
const CARRIERS = new Set(['data', 'tcp.segments', 'tpkt', 'cotp', 'nbss', 'media', 'mime_multipart', 'vssmonitoring']);

export type Verdict = 'right' | 'missed' | 'wrong' | 'only-ours' | 'neither';

export interface Judged {
  readonly verdict: Verdict;
  /** Ours; where we say nothing, what tshark says that we could have said. */
  readonly protocol: string;
}

/** What tshark calls a protocol of ours. */
export function namesOf(protocol: string): readonly string[] {
  return [protocol, ...(ALIASES[protocol] ?? [])];
}

/** `theirs`: all layers above the transport; `known`: all protocols that we could have said. */
export function judge(ours: ReadonlySet<string>, theirs: ReadonlySet<string>, known: readonly string[]): Judged {
  for (const protocol of ours) {
    if (namesOf(protocol).some((name) => theirs.has(name))) return { verdict: 'right', protocol };
  }
  const [first] = ours;
  const applications = [...theirs].filter((name) => !CARRIERS.has(name) && !name.startsWith('_ws'));
  if (first !== undefined) return { verdict: applications.length === 0 ? 'only-ours' : 'wrong', protocol: first };
  const missed = known.find((protocol) => namesOf(protocol).some((name) => applications.includes(name)));
  return missed === undefined ? { verdict: 'neither', protocol: '' } : { verdict: 'missed', protocol: missed };
}

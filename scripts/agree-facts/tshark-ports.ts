// Where tshark has to be told what is spoken: it goes by the port where a protocol has one.
import type { Conversation } from '../../src/facts/facts.ts';
import { protocols } from '../../src/protocols/index.ts';

/** tshark's names of the protocols that are found on other ports than their own; not of FTP, whose files use any. */
const DISSECTORS: Readonly<Record<string, string>> = {
  telnet: 'telnet',
  http: 'http',
  rdp: 'tpkt',
  tls: 'tls',
  ssh: 'ssh',
  imap: 'imap',
  smtp: 'smtp',
  pop3: 'pop',
  sip: 'sip',
  rtsp: 'rtsp',
  redis: 'resp',
  postgres: 'pgsql',
  mysql: 'mysql',
  tds: 'tds',
  vnc: 'vnc',
  ldap: 'ldap',
  radius: 'radius',
  kerberos: 'kerberos',
  snmp: 'snmp',
  dns: 'dns',
  coap: 'coap',
  ipmi: 'rmcp',
};

/** Usual ports of ours that tshark does not know as such (`tshark -G decodes`). */
const UNUSUAL_TO_TSHARK: Readonly<Record<string, readonly number[]>> = {
  vnc: [5902, 5903],
  tls: [989, 990, 8443, 19_998],
  http: [5000, 8000, 8008, 8081, 8888, 49_152],
  smtp: [2525],
};

const PORTS_MAX = 64;

/** Collects the ports of a capture on which a protocol was recognised by content, though its home is another. */
export class StrangePorts {
  readonly #ports = new Map<string, string>();
  /** Where TLS follows inside a connection that began as something else, and tshark does not expect it. */
  readonly #upgraded = new Set<number>();

  conversation({ phase, protocol: index, serverPort, transport }: Conversation): void {
    const protocol = protocols[index];
    if (phase !== 'identified' || protocol === undefined) return;
    if (protocol.name === 'rdp' && transport === 'tcp' && this.#upgraded.size < PORTS_MAX)
      this.#upgraded.add(serverPort);
    const isUsual = protocol.ports.includes(serverPort);
    if (isUsual && UNUSUAL_TO_TSHARK[protocol.name]?.includes(serverPort) !== true) return;
    const dissector = DISSECTORS[protocol.name];
    if (dissector === undefined || this.#ports.size >= PORTS_MAX) return;
    if (transport === 'tcp' || transport === 'udp') this.#ports.set(`${transport}.port==${serverPort}`, dissector);
  }

  options(): string[] {
    return [...this.#ports].flatMap(([port, dissector]) => ['-d', `${port},${dissector}`]);
  }

  /** What tshark is told, for each time that it reads the capture: what it shows in any of them counts. */
  readings(): string[][] {
    const options = this.options();
    const readings = [options];
    // A later word on the same port counts.
    const asTls = [...this.#upgraded].flatMap((port) => ['-d', `tcp.port==${port},tls`]);
    if (asTls.length > 0) readings.push([...options, ...asTls]);
    return readings;
  }
}

// Turns what is known of one device's traffic into features: short words that are there or not. Three kinds, so that
// it can be told how much each is worth: `t:` how it talks, `n:` names it asks for and announces, `p:` its MAC prefix.
// No address and no whole MAC address is ever part of a feature.
import type { Conversation } from '../../facts/facts.ts';

export type FeatureKind = 'traffic' | 'names' | 'prefix';

const KIND_MARKS: Readonly<Record<FeatureKind, string>> = { traffic: 't:', names: 'n:', prefix: 'p:' };

export function kindOf(feature: string): FeatureKind {
  return feature.startsWith('t:') ? 'traffic' : feature.startsWith('n:') ? 'names' : 'prefix';
}

const STATEMENT_MARK = `${KIND_MARKS.names}is `;
/** Between where a device says what it is and what it says there. */
const STATEMENT_PART = ' = ';

/** Where a device said what it is, of a feature that tells so; empty of others. */
export function statementOf(feature: string): string {
  if (!feature.startsWith(STATEMENT_MARK)) return '';
  const end = feature.indexOf(STATEMENT_PART);
  return end < 0 ? '' : feature.slice(STATEMENT_MARK.length, end);
}

/** The source of names that a device is about to claim. */
export const PROBING = 'mdns probe';

/** Features kept of one device, conversations looked at, and kinds of conversation told apart. */
export const FEATURES_MAX = 1024;
export const CONVERSATIONS_MAX = 512;
/** What a name resolves to, and so the size of the answer, changes from day to day. */
const DNS_PORT = 53;
const FIRST_CHOSEN_UDP_PORT = 10000;
const FIRST_CHOSEN_PORT = 32768;
const SERVICES_MAX = 64;
const PAYLOADS_LOOKED_AT = 6;
const NAME_CHARACTERS_MAX = 80;
const COUNT_STEPS = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];

/** Traits that say how a device talks, not what it is called. */
const TRAFFIC_TRAITS = new Set([
  'tcp-stack',
  'tcp-stack-answer',
  'dhcp-fingerprint',
  'dhcp-options',
  'ja3',
  'ja3s',
  'ja4',
  'tls-version',
  'http-version',
]);

/** Traits that are words of the maker, or names: what runs on a device, and what it asks for. */
const NAME_TRAITS: Readonly<Record<string, string>> = {
  'dhcp-vendor-class': 'runs',
  'ssdp-server': 'runs',
  'user-agent': 'runs',
  'name-asked': 'asks',
  'tls-server-name': 'asks',
  'ssdp-search': 'asks',
  'certificate-subject': 'shows',
  'certificate-issuer': 'shows',
};

/** Who is about to claim a name for itself asks for it before (RFC 6762, 8.1). */
const PROBE = /\.local ANY$/i;

/** Claims that say what a device is; those that say what runs on it are told by traits as well, or vary with updates. */
const NAME_CLAIMS: Readonly<Record<string, string>> = {
  name: 'is',
  service: 'is',
  model: 'is',
  vendor: 'is',
  application: 'runs',
};

/** What a device is heard to do, gathered from facts; knows nothing of hosts. */
export class DeviceFeatures {
  readonly #features = new Set<string>();
  readonly #services = new Map<string, ServiceCount>();
  #conversations = 0;
  readonly #macDigits: string;

  /** `mac`: lower-case with colons; parts of it that a device makes its name of are taken out. */
  constructor(mac: string) {
    this.#macDigits = mac.replaceAll(':', '');
    if (mac !== '') this.#add('prefix', mac.slice(0, 8));
  }

  trait(name: string, value: string): void {
    if (name === 'first-packets') this.#firstPackets(value);
    else if (TRAFFIC_TRAITS.has(name)) this.#add('traffic', `${name} ${value}`);
    else if (name === 'name-asked' && PROBE.test(value)) this.#statement(PROBING, value.replace(PROBE, ''));
    else if (name in NAME_TRAITS) this.#add('names', `${NAME_TRAITS[name]!} ${name} ${this.#name(value)}`);
  }

  claim(attribute: string, source: string, value: string): void {
    const what = NAME_CLAIMS[attribute];
    if (what === undefined || source === 'mac prefix' || source === 'fingerprint') return;
    if (source === 'ssdp server') return;
    if (what === 'is') this.#statement(source, value);
    else this.#add('names', `${what} ${source} ${this.#name(value)}`);
  }

  #statement(source: string, value: string): void {
    this.#add('names', `is ${source}${STATEMENT_PART}${this.#name(value)}`);
  }

  /** A conversation that has ended. `protocol` is its name, empty where none was recognised. */
  conversation(conversation: Conversation, protocol: string, isClient: boolean, isToAll: boolean): void {
    const { transport, serverPort } = conversation;
    // What passes on the link alone (802.1X, LLC) is seen or not according to where was recorded.
    if (transport === 'link' || this.#conversations++ >= CONVERSATIONS_MAX) return;
    const isNamedPort = hasNamedPort(transport, serverPort);
    const key = `${isClient ? 'client' : 'server'} ${transport}${isNamedPort ? ` ${serverPort}` : ''}`;
    this.#add('traffic', `${key}${isToAll ? ' to all' : ''}${conversation.isAnswered ? '' : ' unanswered'}`);
    if (protocol !== '') this.#add('traffic', `${isClient ? 'client' : 'server'} ${protocol}`);
    let count = this.#services.get(key);
    if (count === undefined) {
      if (this.#services.size >= SERVICES_MAX) return;
      this.#services.set(
        key,
        (count = { firstUs: conversation.firstUs, conversations: 0, sent: 0, received: 0, packets: 0 }),
      );
    }
    count.firstUs = Math.min(count.firstUs, conversation.firstUs);
    count.conversations++;
    count.packets += isClient ? conversation.clientPackets : conversation.serverPackets;
    count.sent += isClient ? conversation.clientBytes : conversation.serverBytes;
    count.received += isClient ? conversation.serverBytes : conversation.clientBytes;
  }

  /** All features, sorted. */
  list(): string[] {
    const all = new Set(this.#features);
    const add = (text: string): void => {
      if (all.size < FEATURES_MAX) all.add(`t:${text}`);
    };
    const inOrder = [...this.#services].sort((a, b) => a[1].firstUs - b[1].firstUs || (a[0] < b[0] ? -1 : 1));
    let before = 'start';
    for (const [service, count] of inOrder) {
      add(`order ${before} > ${service}`);
      before = service;
      for (const step of COUNT_STEPS) {
        if (count.conversations >= step) add(`${service} conversations ${step}+`);
        if (count.packets >= step) add(`${service} packets ${step}+`);
      }
      for (let power = 6; power < 22; power++) {
        for (const half of [1, 1.5]) {
          if (count.sent >= half * 2 ** power) add(`${service} sent ${half * 2 ** power}+`);
        }
      }
    }
    for (const step of COUNT_STEPS) if (this.#services.size >= step) add(`services ${step}+`);
    return [...all].sort();
  }

  /** `client tcp 443 c0.0 s0.4 c517.3 …` */
  #firstPackets(value: string): void {
    const [role = '', transport = '', port = '', ...packets] = value.split(' ');
    if (transport === 'link') return;
    const service = `${role} ${transport}${hasNamedPort(transport, Number(port)) ? ` ${port}` : ''}`;
    const own = role === 'client' ? 'c' : 's';
    const carried = packets
      .map((packet) => packet.slice(0, packet.indexOf('.')))
      .filter((packet) => packet.slice(1) !== '0');
    const mine = carried.filter((packet) => packet.startsWith(own)).map((packet) => packet.slice(1));
    const theirs = carried.filter((packet) => !packet.startsWith(own)).map((packet) => packet.slice(1));
    for (const [index, size] of mine.slice(0, PAYLOADS_LOOKED_AT).entries()) {
      this.#add('traffic', `${service} sends ${size}`);
      if (index < 2) this.#add('traffic', `${service} sends ${size} as ${index + 1}`);
    }
    if (Number(port) !== DNS_PORT)
      for (const size of theirs.slice(0, PAYLOADS_LOOKED_AT)) this.#add('traffic', `${service} is sent ${size}`);
    if (mine.length > 1) this.#add('traffic', `${service} sends ${mine.slice(0, 3).join(', ')}`);
  }

  #add(kind: FeatureKind, text: string): void {
    if (this.#features.size < FEATURES_MAX) this.#features.add(`${KIND_MARKS[kind]}${text}`);
  }

  /** The name without what stands for this one device: digits of its MAC address, addresses, identifiers. */
  #name(value: string): string {
    let name = value.toLowerCase();
    // The name of an address is the address, and that of IPv6 may hold the MAC address.
    if (/\.arpa\b/.test(name)) return '*.arpa';
    for (let digits = 12; digits >= 4; digits--) {
      const tail = this.#macDigits.slice(12 - digits);
      if (tail.length === digits) name = name.replaceAll(tail, '*');
    }
    return name
      .replaceAll(/(?:[0-9a-f]{2}[:-]){5}[0-9a-f]{2}/g, '*')
      .replaceAll(/\d+\.\d+\.\d+\.\d+/g, '*')
      .replaceAll(/[0-9a-f]{8,}(-[0-9a-f]+)*/g, '*')
      .replaceAll(/\s+/g, ' ')
      .slice(0, NAME_CHARACTERS_MAX);
  }
}

/** Other ports are chosen anew each time. */
function hasNamedPort(transport: string, serverPort: number): boolean {
  if (transport === 'udp') return serverPort < FIRST_CHOSEN_UDP_PORT;
  return transport !== 'icmp' && serverPort < FIRST_CHOSEN_PORT;
}

interface ServiceCount {
  firstUs: number;
  conversations: number;
  sent: number;
  received: number;
  packets: number;
}

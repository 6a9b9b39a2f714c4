// Counts conversations by what they carry: the protocol recognised by content, else transport and port.
import type { Conversation } from '../facts/facts.ts';
import type { Protocol } from '../facts/protocol.ts';
import { PROTECTED_WIRELESS } from '../packet/packet.ts';

export interface ServiceCount {
  readonly name: string;
  count: number;
  packets: number;
  bytes: number;
}

/** Ports beyond are given out by operating systems to clients: they name no service. */
const DYNAMIC_PORTS_FROM = 49_152;
/** More names are counted under `other`. */
const SERVICES_MAX = 512;

const ETHER_TYPES = new Map([
  [PROTECTED_WIRELESS, 'wireless-encrypted'],
  [0x8892, 'profinet'],
  [0x88b8, 'goose'],
  [0x88ba, 'sampled-values'],
  [0x88cc, 'lldp'],
  [0x88a4, 'ethercat'],
  [0x88e3, 'mrp'],
  [0x88f7, 'ptp'],
]);

export class ServiceCounts {
  private readonly protocols: readonly Protocol[];
  private readonly byName = new Map<string, ServiceCount>();
  /** The same, by protocol: most conversations that close are of a few. */
  private readonly byProtocol: (ServiceCount | null)[];

  constructor(protocols: readonly Protocol[]) {
    this.protocols = protocols;
    this.byProtocol = protocols.map(() => null);
  }

  /** Counts a conversation when it has closed. */
  add(conversation: Conversation): void {
    const { protocol } = conversation;
    let service = protocol < 0 ? null : this.byProtocol[protocol]!;
    if (service === null) {
      service = this.named(this.nameOf(conversation));
      if (protocol >= 0) this.byProtocol[protocol] = service;
    }
    service.count++;
    service.packets += conversation.clientPackets + conversation.serverPackets;
    service.bytes += conversation.clientBytes + conversation.serverBytes;
  }

  /** Most packets first. */
  list(): ServiceCount[] {
    return [...this.byName.values()].sort((a, b) => b.packets - a.packets || (a.name < b.name ? -1 : 1));
  }

  private named(wanted: string): ServiceCount {
    const name = !this.byName.has(wanted) && this.byName.size >= SERVICES_MAX ? 'other' : wanted;
    let service = this.byName.get(name);
    if (service === undefined) this.byName.set(name, (service = { name, count: 0, packets: 0, bytes: 0 }));
    return service;
  }

  private nameOf({ protocol, transport, serverPort }: Conversation): string {
    if (protocol >= 0) return this.protocols[protocol]!.name;
    switch (transport) {
      case 'tcp':
      case 'udp':
        return serverPort < DYNAMIC_PORTS_FROM ? `${transport}/${serverPort}` : `${transport}/other`;
      case 'icmp':
        return 'icmp';
      case 'ip':
        return `ip/${serverPort}`;
      case 'link':
        return ETHER_TYPES.get(serverPort) ?? `link/0x${serverPort.toString(16).padStart(4, '0')}`;
    }
  }
}

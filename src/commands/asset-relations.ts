// Whom a device talked to, and what it offers: from the conversations of the site.
import type { StoredConversation } from '../store/conversations.ts';
import { timestamp } from './timestamp.ts';

/** Each list is cut there; the counts tell the whole. */
const LISTED_MAX = 200;

interface Peer {
  readonly asset: string | null;
  readonly address: string;
  /** The device asked this peer, was asked by it, or both. */
  isAsked: boolean;
  isAsking: boolean;
  readonly protocols: Set<string>;
  conversations: number;
  bytes: number;
  lastUs: number;
}

interface Service {
  readonly transport: string;
  readonly port: number;
  protocol: string | null;
  readonly clients: Set<string>;
  conversations: number;
  lastUs: number;
}

/** `id`: of the device. */
export function relationsJson(id: string, conversations: Iterable<StoredConversation>): Record<string, unknown> {
  const peers = new Map<string, Peer>();
  const services = new Map<string, Service>();
  for (const conversation of conversations) {
    const isServer = conversation.server.asset === id;
    if (!isServer && conversation.client.asset !== id) continue;
    notePeer(peers, conversation, isServer);
    if (isServer && conversation.isAnswered) noteService(services, conversation);
  }
  return {
    peerCount: peers.size,
    peers: [...peers.values()]
      .sort((left, right) => right.bytes - left.bytes || compareText(left.address, right.address))
      .slice(0, LISTED_MAX)
      .map(({ lastUs, protocols, ...peer }) => ({
        ...peer,
        protocols: [...protocols].sort(compareText),
        last: timestamp(lastUs),
      })),
    serviceCount: services.size,
    services: [...services.values()]
      .sort((left, right) => left.port - right.port || compareText(left.transport, right.transport))
      .slice(0, LISTED_MAX)
      .map(({ lastUs, clients, ...service }) => ({ ...service, clients: clients.size, last: timestamp(lastUs) })),
  };
}

function notePeer(peers: Map<string, Peer>, conversation: StoredConversation, isServer: boolean): void {
  const { asset, address, segment } = isServer ? conversation.client : conversation.server;
  const key = asset ?? `${segment} ${address}`;
  let peer = peers.get(key);
  if (peer === undefined) {
    const nothing = { isAsked: false, isAsking: false, conversations: 0, bytes: 0, lastUs: 0 };
    peers.set(key, (peer = { asset, address, protocols: new Set(), ...nothing }));
  }
  if (isServer) peer.isAsking = true;
  else peer.isAsked = true;
  if (conversation.protocol !== null) peer.protocols.add(conversation.protocol);
  peer.conversations += conversation.conversations ?? 1;
  peer.bytes += conversation.clientBytes + conversation.serverBytes;
  peer.lastUs = Math.max(peer.lastUs, conversation.lastUs);
}

function noteService(services: Map<string, Service>, conversation: StoredConversation): void {
  const { transport, serverPort: port, protocol, client } = conversation;
  const key = `${transport} ${port}`;
  let service = services.get(key);
  if (service === undefined) {
    services.set(key, (service = { transport, port, protocol, clients: new Set(), conversations: 0, lastUs: 0 }));
  }
  service.protocol ??= protocol;
  service.clients.add(`${client.segment} ${client.address}`);
  service.conversations += conversation.conversations ?? 1;
  service.lastUs = Math.max(service.lastUs, conversation.lastUs);
}

/** By code unit, the same on every machine whatever its locale. */
function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

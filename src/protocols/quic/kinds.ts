// Names the kinds of QUIC packets with a long header (RFC 9000 17.2), in each datagram one behind the other.
import type { KindSink } from '../../facts/protocol.ts';
import { LongHeader, PacketType, Version } from './packets.ts';

const NAMES = ['Initial', '0-RTT', 'Handshake', 'Retry'];

export const NEGOTIATION = 'Version Negotiation';
export const MESSAGE_KINDS: readonly string[] = [...NAMES, NEGOTIATION];

/** Types as in version 1. */
export function packetKind(type: number): string {
  return NAMES[type] ?? `packet type ${type}`;
}

const header = new LongHeader();

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  for (let at = start; at < end && (bytes[at]! & 0x80) !== 0; at = header.end) {
    if (!header.read(bytes, at, end) || header.end <= at) return;
    if (header.version === Version.negotiation) tell(NEGOTIATION);
    else if (header.type !== PacketType.unknown) tell(packetKind(header.type));
  }
}

// Names the kinds of packets of RDP while they are in clear: those of the transport (X.224 13), with the negotiation behind a
// request or a confirmation (MS-RDPBCGR 2.2.1.1, 2.2.1.2).
import { Tpdu } from '../iso-packets.ts';
import { Negotiation } from './messages.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [Tpdu.connectionRequest, 'connection request'],
  [Tpdu.connectionConfirm, 'connection confirm'],
  [Tpdu.disconnectRequest, 'disconnect request'],
  [Tpdu.data, 'data'],
]);
const NEGOTIATIONS: ReadonlyMap<number, string> = new Map([
  [Negotiation.request, 'negotiation request'],
  [Negotiation.response, 'negotiation response'],
  [Negotiation.failure, 'negotiation failure'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function packetKind(type: number): string {
  return NAMES.get(type) ?? `packet type ${type}`;
}

export function negotiationName(kind: number): string {
  return NEGOTIATIONS.get(kind) ?? '';
}

// Names the kinds of messages of DHCP (RFC 2132 9.6, and what BOOTP has without that option) and DHCPv6 (RFC 8415 7.3).
import { Match, type KindSink } from '../../facts/protocol.ts';
import { FUNCTION_NAMES, MessageType, Option } from './messages.ts';
import { Options, looksLike } from './parse.ts';
import { FUNCTION_NAMES_6 } from './v6-messages.ts';

export const MESSAGE_KINDS = ['BOOTREQUEST', 'BOOTREPLY', ...FUNCTION_NAMES.values()];
export const MESSAGE_KINDS_6 = [...FUNCTION_NAMES_6.values()];

/** `operation`: 1 of a client, 2 of a server. */
export function messageKind(operation: number, type: number): string {
  if (type === MessageType.bootp) return operation === 1 ? 'BOOTREQUEST' : 'BOOTREPLY';
  return FUNCTION_NAMES.get(type) ?? `message type ${type}`;
}

export function messageKind6(type: number): string {
  return FUNCTION_NAMES_6.get(type) ?? `message type ${type}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (looksLike(bytes, start, end) === Match.no) return;
  const type = new Options(bytes, start, end).values.get(Option.messageType)?.[0] ?? MessageType.bootp;
  tell(messageKind(bytes[start]!, type));
}

// Fields of SMB 2 messages that several commands share (MS-SMB2 2.2); keeps no state.
import { u16le, u32le } from '../../bytes/endian.ts';
import { hex } from '../../bytes/text.ts';
import { printableUtf16 } from '../../bytes/utf16.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { type Conversation, type Request, tell } from './conversations.ts';
import { dialectName } from './names.ts';

export const NAME_MAX = 256;

/** Several sessions may begin at a time. */
export function exchangeKey(context: MessageContext, bytes: Uint8Array, at: number): string {
  return `${context.flow} ${hex(bytes, at + 40, at + 48)}`;
}

export function keyOf(request: Request): string {
  return request.opener?.fileKey ?? request.fileKey;
}

/** Offset and length of a name, both of 16 bits, stand at `where`. */
export function nameAt(bytes: Uint8Array, at: number, end: number, where: number): string {
  if (end - where < 4) return '';
  const start = at + u16le(bytes, where);
  return printableUtf16(bytes, start, Math.min(end, start + u16le(bytes, where + 2)), NAME_MAX);
}

export function u64(bytes: Uint8Array, at: number, end: number): number {
  return end - at < 8 ? 0 : u32le(bytes, at) + u32le(bytes, at + 4) * 0x1_0000_0000;
}

/** What the server answers to NEGOTIATE (2.2.4); the body begins at `body`. */
export function tellNegotiated(
  context: MessageContext,
  conversation: Conversation,
  bytes: Uint8Array,
  body: number,
  end: number,
): void {
  if (end - body < 64) return;
  const { server } = context;
  const mode = u16le(bytes, body + 2);
  tell(context, conversation, server, 'smb-dialect', dialectName(u16le(bytes, body + 4)));
  tell(context, conversation, server, 'smb-signing', (mode & 2) === 0 ? 'not required' : 'required');
  const guid = hex(bytes, body + 8, body + 24);
  if (!/^0+$/.test(guid)) tell(context, conversation, server, 'smb-server-guid', guid);
}

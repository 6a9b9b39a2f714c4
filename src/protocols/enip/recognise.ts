// Tells from its bytes whether a frame is one of the encapsulation, and who says it.
import { u16le, u32le } from '../../bytes/endian.ts';
import { Match, Speaker } from '../../facts/protocol.ts';
import { At, Command, HEADER, ITEMS_AT, REGISTER_SIZE, VERSION } from './commands.ts';
import { Item, type Items } from './items.ts';
import { ANSWER_BIT } from './services.ts';

/** Items that a message begins with. */
const FIRST_ITEMS_MAX = 8;
/** Where the service stands: behind the sequence count of a connection. */
const SERVICE_IN_CONNECTED = 2;

/** Who says bytes[start..end), a whole frame or what there is of it; at least its header. `items` is for its use. */
export function speakerOf(bytes: Uint8Array, start: number, end: number, items: Items): number {
  switch (u16le(bytes, start)) {
    case Command.listTargets:
    case Command.listServices:
    case Command.listIdentity:
    case Command.listInterfaces:
      return end - start > HEADER ? Speaker.server : Speaker.client;
    case Command.registerSession:
      if (u32le(bytes, start + At.status) !== 0) return Speaker.server;
      return u32le(bytes, start + At.session) === 0 ? Speaker.client : Speaker.server;
    case Command.unregisterSession:
      return Speaker.client;
    case Command.sendRRData:
      return u32le(bytes, start + At.status) !== 0 ? Speaker.server : serviceSpeaker(bytes, start, end, items);
    case Command.sendUnitData:
      return serviceSpeaker(bytes, start, end, items);
    default:
      return Speaker.unknown;
  }
}

/** Who says the message in the items: the highest bit of its service tells. */
function serviceSpeaker(bytes: Uint8Array, start: number, end: number, seen: Items): number {
  if (start + ITEMS_AT > end) return Speaker.unknown;
  seen.read(bytes, start + ITEMS_AT, end);
  const at =
    seen.dataType === Item.connectedData
      ? seen.dataStart + SERVICE_IN_CONNECTED
      : seen.dataType === Item.unconnectedData
        ? seen.dataStart
        : seen.dataEnd;
  if (at >= seen.dataEnd) return Speaker.unknown;
  return isAnswerAt(bytes, at) ? Speaker.server : Speaker.client;
}

/** The header fits: does what follows it, so far as it is there? Commands that carry little are believed on a usual port. */
export function looksLikeBody(bytes: Uint8Array, start: number, end: number): number {
  const length = u16le(bytes, start + At.length);
  const status = u32le(bytes, start + At.status);
  const session = u32le(bytes, start + At.session);
  switch (u16le(bytes, start)) {
    case Command.registerSession:
      if (length !== REGISTER_SIZE || start + HEADER + REGISTER_SIZE > end) return Match.no;
      return u32le(bytes, start + HEADER) === VERSION ? Match.yes : Match.maybe;
    case Command.listServices:
    case Command.listIdentity:
    case Command.listInterfaces:
      if (length === 0) return session === 0 && status === 0 ? Match.yes : Match.maybe;
      return looksLikeList(bytes, start, end, length) ? Match.yes : Match.no;
    case Command.sendRRData:
    case Command.sendUnitData:
      if (length === 0) return status === 0 ? Match.no : Match.maybe;
      return looksLikeItems(bytes, start, end) ? Match.yes : Match.no;
    case Command.listTargets:
      return length === 0 || looksLikeList(bytes, start, end, length) ? Match.maybe : Match.no;
    case Command.unregisterSession:
      return length === 0 && session !== 0 ? Match.maybe : Match.no;
    default:
      // Nothing but zeros may be anything.
      return status === 0 && session !== 0 ? Match.maybe : Match.no;
  }
}

/** Interface handle 0, a timeout, then items of which the first is an address. */
function looksLikeItems(bytes: Uint8Array, start: number, end: number): boolean {
  const at = start + ITEMS_AT;
  if (at + 6 > end || u32le(bytes, start + HEADER) !== 0) return false;
  const count = u16le(bytes, at);
  if (count === 0 || count > FIRST_ITEMS_MAX) return false;
  const type = u16le(bytes, at + 2);
  const length = u16le(bytes, at + 4);
  if (type === Item.nullAddress) return length === 0;
  if (type === Item.connectedAddress) return length === 4;
  return type === Item.sequencedAddress && length === 8;
}

function looksLikeList(bytes: Uint8Array, start: number, end: number, length: number): boolean {
  const at = start + HEADER;
  if (at + 2 > end) return false;
  const count = u16le(bytes, at);
  if (length === 2) return count === 0;
  if (at + 6 > end || count === 0 || count > FIRST_ITEMS_MAX) return false;
  const itemSize = u16le(bytes, at + 4);
  return 6 + itemSize <= length && (count > 1 || 6 + itemSize === length);
}

export function isAnswerAt(bytes: Uint8Array, at: number): boolean {
  return (bytes[at]! & ANSWER_BIT) !== 0;
}

// Recognises a DHCPv6 message and finds its options; keeps no state.
import { u16be } from '../../bytes/endian.ts';
import { hex } from '../../bytes/text.ts';
import { Match } from '../../facts/protocol.ts';
import { Message6, Option6 } from './v6-messages.ts';

/** Type and transaction (RFC 8415 8); type, hops, link and peer address (9). */
const HEADER_BYTES = 4;
export const RELAY_HEADER_BYTES = 34;
/** So many options of one message, or of one option, are read. */
const OPTIONS_MAX = 128;
/** DUID (RFC 8415 11): link-layer address and time, enterprise, link-layer address, UUID (RFC 6355). */
const DUID_TYPES = 4;
/** «consists of a 2-octet type code … at most 128 octets». */
const DUID_BYTES_MAX = 130;

export interface Option {
  readonly code: number;
  readonly start: number;
  readonly end: number;
}

export interface OptionList {
  readonly options: readonly Option[];
  /** Where an option reaches past the end, -1: nowhere. */
  readonly brokenAt: number;
}

export function isRelay(type: number): boolean {
  return type === Message6.relayForward || type === Message6.relayReply;
}

/** Where the options of the message begin. */
export function optionsStart(bytes: Uint8Array, start: number): number {
  return start + (isRelay(bytes[start]!) ? RELAY_HEADER_BYTES : HEADER_BYTES);
}

export function optionsIn(bytes: Uint8Array, start: number, end: number): OptionList {
  const options: Option[] = [];
  let at = start;
  while (at < end && options.length < OPTIONS_MAX) {
    const valueEnd = at + 4 + (at + 4 <= end ? u16be(bytes, at + 2) : 0);
    if (valueEnd > end) return { options, brokenAt: at };
    options.push({ code: u16be(bytes, at), start: at + 4, end: valueEnd });
    at = valueEnd;
  }
  return { options, brokenAt: -1 };
}

/** No cookie tells it: all options fit to the byte, and one of them names a client or a server, or holds a message. */
export function looksLike6(bytes: Uint8Array, start: number, end: number): number {
  const type = bytes[start] ?? 0;
  if (end - start < HEADER_BYTES || type === 0 || type > Message6.relayReply) return Match.no;
  let at = optionsStart(bytes, start);
  if (at > end) return Match.no;
  let hasName = false;
  for (let left = OPTIONS_MAX; at < end; left--) {
    if (left === 0 || end - at < 4) return Match.no;
    const code = u16be(bytes, at);
    const size = u16be(bytes, at + 2);
    if (at + 4 + size > end) return Match.no;
    if (code === Option6.clientIdentifier || code === Option6.serverIdentifier)
      hasName ||= isDuid(bytes, at + 4, at + 4 + size);
    else if (code === Option6.relayMessage && isRelay(type))
      hasName ||= size >= HEADER_BYTES && bytes[at + 4]! >= 1 && bytes[at + 4]! <= Message6.relayReply;
    at += 4 + size;
  }
  if (hasName) return Match.yes;
  // Only this one may be without a name (RFC 8415 18.2.6).
  return type === INFORMATION_REQUEST && end - start > HEADER_BYTES ? Match.maybe : Match.no;
}

const INFORMATION_REQUEST = 11;

function isDuid(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 3 || end - start > DUID_BYTES_MAX) return false;
  const type = u16be(bytes, start);
  return type >= 1 && type <= DUID_TYPES;
}

/** Hexadecimal, with the kind in front; '' where it is none. */
export function duidText(bytes: Uint8Array, start: number, end: number): string {
  if (end - start < 3 || end - start > DUID_BYTES_MAX) return '';
  const kind = DUID_NAMES.get(u16be(bytes, start)) ?? `type ${u16be(bytes, start)}`;
  return `${kind} ${hex(bytes, start + 2, end)}`;
}

const DUID_NAMES: ReadonlyMap<number, string> = new Map([
  [1, 'LLT'],
  [2, 'EN'],
  [3, 'LL'],
  [4, 'UUID'],
]);

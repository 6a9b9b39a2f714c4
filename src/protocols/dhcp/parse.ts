// Recognises a DHCP datagram and finds the options in it; keeps no state.
import { u32be } from '../../bytes/endian.ts';
import { Match } from '../../facts/protocol.ts';
import { Option } from './messages.ts';

/** The fixed part with the magic cookie (RFC 2131 2, 3). */
export const HEADER_BYTES = 240;
export const FRAME_BYTES_MAX = 65535;
const MAGIC_COOKIE = 0x63825363;
const COOKIE_AT = 236;
const SNAME_AT = 44;
const FILE_AT = 108;
const CHADDR_BYTES = 16;
/** So many options of one message are read. */
const OPTIONS_MAX = 256;

export function looksLike(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_BYTES || u32be(bytes, start + COOKIE_AT) !== MAGIC_COOKIE) return Match.no;
  const op = bytes[start]!;
  return (op === 1 || op === 2) && bytes[start + 2]! <= CHADDR_BYTES ? Match.yes : Match.no;
}

export class Options {
  /** By code; the parts of a split option are joined (RFC 3396 7). */
  readonly values = new Map<number, Uint8Array>();
  /** Codes in the order in which they stand. */
  readonly order: number[] = [];
  /** Where an option reaches past its field, -1: nowhere. */
  brokenAt = -1;

  /** The options field, then `file`, then `sname` where option 52 says so (RFC 3396 5). */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#read(bytes, start + HEADER_BYTES, end);
    const overload = this.values.get(Option.overload)?.[0] ?? 0;
    if ((overload & 1) !== 0) this.#read(bytes, start + FILE_AT, start + COOKIE_AT);
    if ((overload & 2) !== 0) this.#read(bytes, start + SNAME_AT, start + FILE_AT);
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && this.order.length < OPTIONS_MAX) {
      const code = bytes[at]!;
      if (code === Option.end) return;
      if (code === Option.pad) {
        at++;
        continue;
      }
      const valueEnd = at + 2 + (at + 1 < end ? bytes[at + 1]! : 0);
      if (valueEnd > end) {
        this.brokenAt = at;
        return;
      }
      this.#add(code, bytes.slice(at + 2, valueEnd));
      at = valueEnd;
    }
  }

  #add(code: number, value: Uint8Array): void {
    this.order.push(code);
    const before = this.values.get(code);
    if (before === undefined) {
      this.values.set(code, value);
      return;
    }
    const joined = new Uint8Array(before.length + value.length);
    joined.set(before);
    joined.set(value, before.length);
    this.values.set(code, joined);
  }
}

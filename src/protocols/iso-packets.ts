// ISO transport over TCP: the packet header of RFC 1006 (TPKT, clause 6) and the header of each transport protocol data
// unit of class 0 (ISO 8073, the same as RFC 905 and X.224, clause 13). Frames a stream and finds the user data.
import { u16be } from '../bytes/endian.ts';
import { NEED_MORE, NOT_THIS_PROTOCOL } from '../facts/protocol.ts';

/** Version 3, a reserved byte, the length of the whole packet. */
const TPKT_HEADER = 4;
const TPKT_VERSION = 3;
/** RFC 1006, clause 6: a packet has at least seven bytes (a TPDU of length indicator, code and one more). */
const TPKT_BYTES_MIN = 7;

/** Codes of transport protocol data units; the lower four bits are a credit, 0 in class 0 (clause 13.2.2). */
export const Tpdu = {
  expedited: 0x10,
  error: 0x70,
  disconnectRequest: 0x80,
  disconnectConfirm: 0xc0,
  connectionConfirm: 0xd0,
  connectionRequest: 0xe0,
  data: 0xf0,
} as const;

/** One TPDU: where it stands in the bytes. One record, refilled. */
export class CotpHeader {
  /** One of `Tpdu`, or another code with its lower four bits cleared. */
  type = 0;
  /** Behind the length indicator and the code. */
  fieldsStart = 0;
  /** Where user data begins: behind the header. */
  dataStart = 0;
  /** Data: this is the last unit of a service data unit. */
  isEnd = true;
}

/** Size of the packet at `start`; never more than `sizeMax`. */
export function tpktSize(bytes: Uint8Array, start: number, end: number, sizeMax: number): number {
  if (end - start < TPKT_HEADER) {
    return isTpktBeginning(bytes, start, end) ? NEED_MORE : NOT_THIS_PROTOCOL;
  }
  if (bytes[start] !== TPKT_VERSION) return NOT_THIS_PROTOCOL;
  const size = u16be(bytes, start + 2);
  return size < TPKT_BYTES_MIN || size > sizeMax ? NOT_THIS_PROTOCOL : size;
}

/** Could these few bytes be the beginning of a packet? The reserved byte is 0 wherever it was seen. */
function isTpktBeginning(bytes: Uint8Array, start: number, end: number): boolean {
  if (end > start && bytes[start] !== TPKT_VERSION) return false;
  return end - start < 2 || bytes[start + 1] === 0;
}

/** Reads the TPDU of a whole packet start..end into `header`; false where its length indicator cannot be. */
export function readCotp(bytes: Uint8Array, start: number, end: number, header: CotpHeader): boolean {
  const at = start + TPKT_HEADER;
  if (at + 2 > end) return false;
  const indicator = bytes[at]!;
  if (indicator < 2 || at + 1 + indicator > end) return false;
  header.type = bytes[at + 1]! & 0xf0;
  header.fieldsStart = at + 2;
  header.dataStart = at + 1 + indicator;
  header.isEnd = header.type !== Tpdu.data || (bytes[at + 2]! & 0x80) !== 0;
  return true;
}

/** What `beginningOf` found in the first bytes of a stream. */
export const Beginning = { notTpkt: 0, undecided: 1, data: 2 } as const;

/**
 * Walks the packets at the beginning of a stream, connection set-up and empty data units, up to the first user data.
 * `data`: header.dataStart tells where they begin, and `packetEnd` (it may lie behind `end`) where their packet ends.
 */
export class StreamBeginning {
  readonly header = new CotpHeader();
  packetEnd = 0;

  read(bytes: Uint8Array, start: number, end: number, sizeMax: number): number {
    let at = start;
    while (at < end) {
      const size = tpktSize(bytes, at, end, sizeMax);
      if (size === NEED_MORE) return Beginning.undecided;
      if (size < 0 || bytes[at + 1] !== 0) return Beginning.notTpkt;
      const kind = this.#packet(bytes, at, end, at + size);
      if (kind !== Beginning.undecided) return kind;
      at += size;
    }
    return Beginning.undecided;
  }

  #packet(bytes: Uint8Array, at: number, end: number, packetEnd: number): number {
    if (end - at < TPKT_HEADER + 2) return Beginning.undecided;
    const indicator = bytes[at + TPKT_HEADER]!;
    const code = bytes[at + TPKT_HEADER + 1]!;
    if (indicator < 2 || at + TPKT_HEADER + 1 + indicator > packetEnd) return Beginning.notTpkt;
    if (code !== Tpdu.data) {
      // A connection request or confirmation of class 0 has no credit and at least five more bytes.
      const isConnection = code === Tpdu.connectionRequest || code === Tpdu.connectionConfirm;
      return isConnection && indicator >= 6 ? Beginning.undecided : Beginning.notTpkt;
    }
    if (indicator !== 2) return Beginning.notTpkt;
    const dataStart = at + TPKT_HEADER + 3;
    if (dataStart >= packetEnd || dataStart >= end) return Beginning.undecided;
    this.header.type = Tpdu.data;
    this.header.dataStart = dataStart;
    this.header.isEnd = (bytes[dataStart - 1]! & 0x80) !== 0;
    this.packetEnd = packetEnd;
    return Beginning.data;
  }
}

/** Code of the first TPDU of a stream, 0 where it is not there. */
export function firstTpdu(bytes: Uint8Array, start: number, end: number): number {
  return end - start > TPKT_HEADER + 1 ? bytes[start + TPKT_HEADER + 1]! & 0xf0 : 0;
}

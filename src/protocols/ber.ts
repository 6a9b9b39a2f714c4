// Reads the Basic Encoding Rules of ASN.1 (ITU-T X.690, clause 8): identifier, definite length, contents. Every length
// is checked against the end of what holds it; nothing is allocated.

/** Identifier octets of the universal types that protocols use (X.680, clause 8.4). */
export const BerTag = {
  boolean: 0x01,
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  sequence: 0x30,
  set: 0x31,
} as const;

/** More octets of a length say more than a message can hold. */
const LENGTH_OCTETS_MAX = 4;
/** An object identifier has at most 128 sub-identifiers (RFC 2578, 3.5), each of at most 32 bits: 5 octets. */
const ARCS_MAX = 128;
/** Room for its longest text: 128 numbers of 10 digits, and dots. */
export const OID_TEXT_MAX = ARCS_MAX * 11;
const ARC_MAX = 0xffff_ffff;
const DOT = 0x2e;
const DIGIT_0 = 0x30;

/** One element at a time: `read` sets the fields. */
export class BerReader {
  /** The first identifier octet; elements with tag numbers above 30 are refused. */
  tag = 0;
  /** Contents: bytes[start..end). */
  start = 0;
  end = 0;

  /** Reads the element at `at`; false where none that is whole and valid lies before `limit`. Fields are then stale. */
  read(bytes: Uint8Array, at: number, limit: number): boolean {
    const stop = Math.min(limit, bytes.length);
    if (stop - at < 2) return false;
    const tag = bytes[at]!;
    if ((tag & 0x1f) === 0x1f) return false;
    let length = bytes[at + 1]!;
    let start = at + 2;
    if (length >= 0x80) {
      const octets = length & 0x7f;
      // 0: the indefinite form, which no protocol that we read allows.
      if (octets === 0 || octets > LENGTH_OCTETS_MAX || stop - start < octets) return false;
      length = 0;
      for (const first = start; start < first + octets; start++) length = length * 256 + bytes[start]!;
    }
    if (length > stop - start) return false;
    this.tag = tag;
    this.start = start;
    this.end = start + length;
    return true;
  }

  /** The same, and it must have this tag. */
  expect(tag: number, bytes: Uint8Array, at: number, limit: number): boolean {
    return this.read(bytes, at, limit) && this.tag === tag;
  }
}

/** A two's complement number of 1 to 6 octets; NaN where there are none or more. */
export function berInteger(bytes: Uint8Array, start: number, end: number): number {
  const size = end - start;
  if (size < 1 || size > 6) return Number.NaN;
  let value = (bytes[start]! << 24) >> 24;
  for (let at = start + 1; at < end; at++) value = value * 256 + bytes[at]!;
  return value;
}

/**
 * Writes the object identifier as dotted decimal ASCII to target[0..) and returns its length; -1 where it is not valid:
 * empty, cut within a number, a number above 32 bits, more than 128 numbers. `target` holds OID_TEXT_MAX bytes.
 */
export function oidText(bytes: Uint8Array, start: number, end: number, target: Uint8Array): number {
  if (end <= start || (bytes[end - 1]! & 0x80) !== 0) return -1;
  let length = 0;
  let arcs = 0;
  let arc = 0;
  for (let at = start; at < end; at++) {
    const octet = bytes[at]!;
    arc = arc * 128 + (octet & 0x7f);
    if (arc > ARC_MAX) return -1;
    if ((octet & 0x80) !== 0) continue;
    if (arcs === 0) {
      // The first octets hold two numbers (X.690, 8.19.4).
      const root = Math.min(2, Math.floor(arc / 40));
      length = putDecimal(target, 0, root);
      arc -= root * 40;
      arcs = 1;
    }
    if (++arcs > ARCS_MAX) return -1;
    target[length++] = DOT;
    length = putDecimal(target, length, arc);
    arc = 0;
  }
  return length;
}

/** Writes the number and returns where it ends. */
export function putDecimal(target: Uint8Array, at: number, value: number): number {
  let size = 1;
  for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) size++;
  let rest = value;
  for (let place = at + size - 1; place >= at; place--) {
    target[place] = DIGIT_0 + (rest % 10);
    rest = Math.floor(rest / 10);
  }
  return at + size;
}

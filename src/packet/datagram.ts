// One datagram being put together: its key, the header of its first piece, and its pieces in order and without overlap.

import { i32be } from '../bytes/endian.ts';
import { secretCopy } from '../bytes/secret.ts';
import type { Packet } from './packet.ts';

/** What `add` found; bits of one number. */
export const PIECE_OVERLAPS = 1;
/** Nothing new: the same bytes were there. */
export const PIECE_REPEATED = 2;
/** There would be too many pieces: the datagram cannot be finished. */
export const PIECES_FULL = 4;

interface Piece {
  readonly from: number;
  readonly to: number;
  readonly bytes: Uint8Array;
}

export class Datagram {
  readonly hash: number;
  readonly firstUs: number;
  /** Bytes kept for it. */
  bytes = 0;
  /** Payload bytes of the whole; -1 until the last piece came. */
  size = -1;
  /** IP protocol of what is put together; of the piece at offset 0, as RFC 8200 4.5 wants it. */
  protocol: number;
  nextOfHash: Datagram | null = null;
  older: Datagram | null = null;
  newer: Datagram | null = null;

  readonly #key: Int32Array;
  #header: Uint8Array | null = null;
  /** In order of `from`; none touches the bytes of another. */
  readonly #pieces: Piece[] = [];

  constructor(packet: Packet, hash: number) {
    this.hash = hash;
    this.firstUs = packet.timeUs;
    this.protocol = packet.ipProtocol;
    this.#key = new Int32Array(KEY_FIELDS + addressWords(packet));
    fillKey(this.#key, packet);
    for (let word = KEY_FIELDS; word < this.#key.length; word++) this.#key[word] = addressWord(packet, word);
  }

  isOf(packet: Packet): boolean {
    const key = this.#key;
    if (key.length !== KEY_FIELDS + addressWords(packet)) return false;
    fillKey(probe, packet);
    for (let field = 0; field < KEY_FIELDS; field++) if (key[field] !== probe[field]) return false;
    for (let word = KEY_FIELDS; word < key.length; word++) if (key[word] !== addressWord(packet, word)) return false;
    return true;
  }

  /** True when no byte is missing. */
  isWhole(): boolean {
    if (this.size < 0 || this.#header === null) return false;
    let at = 0;
    for (const piece of this.#pieces) {
      if (piece.from !== at) return false;
      at = piece.to;
    }
    return at === this.size;
  }

  /** Takes what is new of the packet's `size` bytes of payload, which belong at `from`. */
  add(packet: Packet, from: number, size: number, piecesMax: number): number {
    const to = from + size;
    let outcome = 0;
    if (this.size >= 0 ? to > this.size || (!packet.moreFragments && to !== this.size) : this.#endsBefore(packet, to)) {
      // Two ends, or bytes behind the end: the first word stands.
      return PIECE_OVERLAPS | PIECE_REPEATED;
    }
    const isNewEnd = this.size < 0 && !packet.moreFragments;
    if (isNewEnd) this.size = to;
    if (from === 0 && this.#header === null) {
      this.#header = packet.bytes.slice(packet.ipStart, headerEnd(packet));
      this.bytes += this.#header.length;
      this.protocol = packet.ipProtocol;
    }

    let at = from;
    let index = 0;
    let differs = false;
    let touches = false;
    while (at < to) {
      while (index < this.#pieces.length && this.#pieces[index]!.to <= at) index++;
      const next = this.#pieces[index];
      if (next !== undefined && next.from <= at) {
        const stop = Math.min(to, next.to);
        touches = true;
        differs ||= !isEqual(next, packet, at - from + packet.ipPayloadStart, at, stop);
        at = stop;
        continue;
      }
      const stop = next === undefined ? to : Math.min(to, next.from);
      if (this.#pieces.length >= piecesMax) return outcome | PIECES_FULL;
      const source = packet.ipPayloadStart + at - from;
      const piece = { from: at, to: stop, bytes: secretCopy(packet.bytes, source, source + stop - at) };
      this.#pieces.splice(index, 0, piece);
      this.bytes += stop - at + PIECE_OVERHEAD;
      outcome |= PIECE_ADDED;
      at = stop;
    }
    const isRepeated = (outcome & PIECE_ADDED) === 0;
    outcome = isRepeated && !isNewEnd ? PIECE_REPEATED : 0;
    // The same bytes once more are a repetition, as mirror ports and hosts make them; anything else is no accident.
    if (touches && (differs || !isRepeated)) outcome |= PIECE_OVERLAPS;
    return outcome;
  }

  /** Writes header and payload of a whole datagram, as it was before it was cut; gives the header's size. */
  writeTo(target: Uint8Array): number {
    const header = this.#header!;
    target.set(header, 0);
    for (const piece of this.#pieces) target.set(piece.bytes, header.length + piece.from);
    const isIpv4 = this.#key[0] === 4;
    const length = isIpv4 ? header.length + this.size : this.size;
    const lengthAt = isIpv4 ? 2 : 4;
    target[lengthAt] = length >> 8;
    target[lengthAt + 1] = length & 0xff;
    if (isIpv4) target[6] = target[7] = 0;
    else target[6] = this.protocol;
    return header.length;
  }

  /** It was handed on or given up: nothing of it stays. */
  wipe(): void {
    for (const piece of this.#pieces) piece.bytes.fill(0);
  }

  #endsBefore(packet: Packet, to: number): boolean {
    const last = this.#pieces.at(-1);
    return !packet.moreFragments && last !== undefined && last.to > to;
  }
}

const PIECE_ADDED = 8;
/** What an entry of the list takes beside its bytes, so that many tiny pieces count as what they cost. */
const PIECE_OVERHEAD = 160;
const KEY_FIELDS = 6;
const probe = new Int32Array(KEY_FIELDS);

/** IPv6 leaves the protocol out of the key: only the first piece's counts (RFC 8200, 4.5). */
function fillKey(key: Int32Array, packet: Packet): void {
  key[0] = packet.ipVersion;
  key[1] = packet.fragmentId;
  key[2] = packet.ipVersion === 4 ? packet.ipProtocol : 0;
  key[3] = packet.vlan;
  key[4] = packet.innerVlan;
  key[5] = packet.tunnelDepth;
}

/** Source and destination stand behind one another. */
function addressWords(packet: Packet): number {
  return packet.ipVersion === 4 ? 2 : 8;
}

function addressWord(packet: Packet, word: number): number {
  return i32be(packet.bytes, packet.sourceAt + 4 * (word - KEY_FIELDS));
}

/** IPv4 keeps its options; of IPv6 only the fixed header is kept, so that the payload follows it at once. */
function headerEnd(packet: Packet): number {
  return packet.ipVersion === 4 ? packet.ipPayloadStart : packet.ipStart + 40;
}

/** Whether `piece` has, from..to of the datagram, the bytes that stand at `at` in the packet. */
function isEqual(piece: Piece, packet: Packet, at: number, from: number, to: number): boolean {
  for (let offset = from; offset < to; offset++) {
    if (piece.bytes[offset - piece.from] !== packet.bytes[at + offset - from]) return false;
  }
  return true;
}

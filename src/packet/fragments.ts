// Puts IPv4 and IPv6 fragments together again, within bounds: after the last piece the packet record stands for the
// whole datagram, in a buffer of the table's own. Bytes that came first win, and every overlap is reported.

import { i32be } from '../bytes/endian.ts';
import { decodeIpPayload } from './decode.ts';
import { Datagram, PIECES_FULL, PIECE_OVERLAPS, PIECE_REPEATED } from './datagram.ts';
import { TUNNEL_DEPTH_MAX } from './layers.ts';
import type { Packet } from './packet.ts';
import { Problem } from './problems.ts';

/** Largest IPv4 packet, and largest payload of an IPv6 one (RFC 791, RFC 8200). */
const SIZE_MAX = 65535;
const IPV6_HEADER_SIZE = 40;

export interface FragmentOptions {
  /** Unfinished datagrams kept at once. */
  readonly datagramsMax?: number;
  /** Bytes of their pieces kept at once. */
  readonly bytesMax?: number;
  /** Pieces of one datagram; a full one over the smallest usual MTU (576) has 120. */
  readonly piecesMax?: number;
  /** A datagram is given up this long after its first piece (RFC 8200, 4.5: 60 s; most hosts take 30). */
  readonly waitUs?: number;
}

export class FragmentTable {
  /** Unfinished datagrams, and bytes of their pieces. */
  pending = 0;
  pendingBytes = 0;
  /** Datagrams put together. */
  reassembled = 0;
  /** Datagrams given up: too old, too many, or of too many pieces. */
  dropped = 0;
  /** Fragments that could not be used: cut by the capture, empty, or beyond the largest size. */
  unusable = 0;

  readonly #datagramsMax: number;
  readonly #bytesMax: number;
  readonly #piecesMax: number;
  readonly #waitUs: number;
  /** By hash of the key; those of equal hash are chained. */
  readonly #byHash = new Map<number, Datagram>();
  #oldest: Datagram | null = null;
  #newest: Datagram | null = null;
  /** Holds the datagram put together last. */
  #whole: Uint8Array = new Uint8Array(0);

  constructor(options: FragmentOptions = {}) {
    this.#datagramsMax = options.datagramsMax ?? 1024;
    this.#bytesMax = options.bytesMax ?? 8 * 1024 * 1024;
    this.#piecesMax = options.piecesMax ?? 256;
    this.#waitUs = options.waitUs ?? 30_000_000;
  }

  /**
   * Takes a packet that is a fragment, with its time set. True when it was the last missing piece: the packet then is
   * the whole datagram, decoded on from its IP payload; its bytes are borrowed until the next call.
   */
  add(packet: Packet): boolean {
    // What was put together may be a tunnel whose packet is a fragment itself.
    for (let depth = 0; depth <= TUNNEL_DEPTH_MAX; depth++) {
      if (!this.#addOnce(packet)) return false;
      if (!packet.isFragment) return true;
    }
    return false;
  }

  #addOnce(packet: Packet): boolean {
    this.#dropOld(packet.timeUs);
    const from = packet.fragmentOffset;
    let size = packet.ipPayloadEnd - packet.ipPayloadStart;
    // Only the last piece may end within a unit of 8 bytes; hosts round the others down.
    if (packet.moreFragments) size -= size % 8;
    if (size <= 0 || packet.ipPayloadMissing > 0) {
      this.unusable++;
      return false;
    }
    if (from + size > SIZE_MAX - (packet.ipVersion === 4 ? packet.ipPayloadStart - packet.ipStart : 0)) {
      const isIpv4 = packet.ipVersion === 4;
      packet.addProblem(isIpv4 ? Problem.ipv4FragmentBeyondMaximum : Problem.ipv6FragmentsDropped, packet.ipStart);
      this.unusable++;
      return false;
    }
    const hash = keyHash(packet);
    const datagram = this.#find(packet, hash) ?? this.#open(packet, hash);
    const bytesBefore = datagram.bytes;
    const outcome = datagram.add(packet, from, size, this.#piecesMax);
    this.pendingBytes += datagram.bytes - bytesBefore;
    if ((outcome & PIECE_OVERLAPS) !== 0) {
      packet.addProblem(
        packet.ipVersion === 4 ? Problem.ipv4FragmentOverlap : Problem.ipv6FragmentOverlap,
        packet.ipStart,
      );
    }
    if ((outcome & PIECES_FULL) !== 0) {
      this.#giveUp(datagram, packet);
      return false;
    }
    if ((outcome & PIECE_REPEATED) === 0 && datagram.isWhole()) {
      this.#finish(datagram, packet);
      return true;
    }
    while (this.pendingBytes > this.#bytesMax && this.#oldest !== null) this.#giveUp(this.#oldest, packet);
    return false;
  }

  #find(packet: Packet, hash: number): Datagram | null {
    for (let datagram = this.#byHash.get(hash) ?? null; datagram !== null; datagram = datagram.nextOfHash) {
      if (datagram.isOf(packet)) return datagram;
    }
    return null;
  }

  #open(packet: Packet, hash: number): Datagram {
    if (this.pending >= this.#datagramsMax && this.#oldest !== null) this.#giveUp(this.#oldest, packet);
    const datagram = new Datagram(packet, hash);
    datagram.nextOfHash = this.#byHash.get(hash) ?? null;
    this.#byHash.set(hash, datagram);
    datagram.older = this.#newest;
    if (this.#newest === null) this.#oldest = datagram;
    else this.#newest.newer = datagram;
    this.#newest = datagram;
    this.pending++;
    return datagram;
  }

  #dropOld(nowUs: number): void {
    while (this.#oldest !== null && nowUs - this.#oldest.firstUs > this.#waitUs) {
      this.#remove(this.#oldest);
      this.dropped++;
    }
  }

  /** For want of room, which the packet at hand is told. */
  #giveUp(datagram: Datagram, packet: Packet): void {
    this.#remove(datagram);
    this.dropped++;
    const problem = packet.ipVersion === 4 ? Problem.ipv4FragmentsDropped : Problem.ipv6FragmentsDropped;
    packet.addProblem(problem, packet.ipStart);
  }

  #remove(datagram: Datagram): void {
    if (datagram.older === null) this.#oldest = datagram.newer;
    else datagram.older.newer = datagram.newer;
    if (datagram.newer === null) this.#newest = datagram.older;
    else datagram.newer.older = datagram.older;
    const first = this.#byHash.get(datagram.hash)!;
    if (first !== datagram) {
      let before = first;
      while (before.nextOfHash !== datagram) before = before.nextOfHash!;
      before.nextOfHash = datagram.nextOfHash;
    } else if (datagram.nextOfHash !== null) this.#byHash.set(datagram.hash, datagram.nextOfHash);
    else this.#byHash.delete(datagram.hash);
    this.pending--;
    this.pendingBytes -= datagram.bytes;
    datagram.wipe();
  }

  /** At the end: no byte of the wire stays in what was kept. */
  wipe(): void {
    this.#whole.fill(0);
    for (let datagram = this.#oldest; datagram !== null; datagram = datagram.newer) datagram.wipe();
  }

  #finish(datagram: Datagram, packet: Packet): void {
    this.reassembled++;
    if (this.#whole.length === 0) this.#whole = new Uint8Array(IPV6_HEADER_SIZE + SIZE_MAX);
    const whole = this.#whole;
    const headerSize = datagram.writeTo(whole);
    this.#remove(datagram);
    const isIpv4 = packet.ipVersion === 4;
    const end = headerSize + datagram.size;
    packet.show(whole);
    packet.frameStart = 0;
    packet.frameEnd = end;
    packet.originalLength = end;
    packet.linkPayloadStart = 0;
    packet.ipStart = 0;
    packet.sourceAt = isIpv4 ? 12 : 8;
    packet.destinationAt = isIpv4 ? 16 : 24;
    packet.ipTtl = whole[isIpv4 ? 8 : 7]!;
    packet.ipProtocol = datagram.protocol;
    packet.ipPayloadStart = headerSize;
    packet.ipPayloadEnd = end;
    packet.isFragment = false;
    packet.fragmentOffset = 0;
    packet.moreFragments = false;
    // What else stood in the last piece's frame is not in these bytes.
    packet.innerLayer = 0;
    decodeIpPayload(packet);
  }
}

function keyHash(packet: Packet): number {
  const bytes = packet.bytes;
  const addresses = packet.ipVersion === 4 ? 8 : 32;
  let hash = packet.fragmentId ^ (packet.vlan << 16);
  for (let at = packet.sourceAt; at < packet.sourceAt + addresses; at += 4) {
    hash = Math.imul(hash ^ i32be(bytes, at), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  return hash;
}

// Tells a frame that a mirror port or a redundant network showed twice from one that was sent twice.
//
// Compared is what stays equal when a switch mirrors a packet on its way in and on its way out: not the VLAN tags, and
// for IP not the MAC addresses, the hop count and the IPv4 header checksum, which a router changes. Time then decides:
// - An IP packet that counts (TCP, or an IPv4 identification) is a duplicate within 20 ms. A TCP segment sent again
//   that soon has nothing new to say, so that taking it for one does no harm.
// - Without a number of its own (UDP and ICMP with identification 0 or over IPv6, and all that is not IP) the same
//   bytes may well be sent again: a cyclic value, a broadcast storm. Mirrored copies come within microseconds, so 2 ms
//   are allowed, below the shortest usual cycle of such senders.
// - A frame with a PRP or HSR mark is a duplicate within 500 ms, somewhat longer than IEC 62439-3 lets a node remember
//   one (EntryForgetTime, 400 ms), if number, sender and contents are equal. The contents count because a host outside
//   the redundant network ignores the mark: with a used number anyone could hide a frame from us, not from that host.

import { u16be } from '../bytes/endian.ts';
import { IpProtocol } from './packet.ts';
import type { Packet } from './packet.ts';

const SLOTS = 8192;
const WINDOW_COUNTED_US = 20_000;
const WINDOW_UNCOUNTED_US = 2_000;
const WINDOW_REDUNDANT_US = 500_000;
const PRP_TRAILER_SIZE = 6;

export class DuplicateFilter {
  /** Frames found to be duplicates. */
  duplicates = 0;

  readonly #seed: number;
  /**
   * Direct-mapped by the first hash; of two frames that want the same slot the later one stays. Two words each: the
   * second hash, and the time's low 32 bits, which repeat after 71 minutes. 45 bits tell frames apart.
   */
  readonly #slots = new Int32Array(2 * SLOTS);
  #first = 0;
  #second = 0;

  /** With another `seed` for each live run nobody can prepare frames that are taken for one another. */
  constructor(seed = 0) {
    this.#seed = seed | 0;
  }

  /**
   * Whether the decoded frame was seen a moment ago; if not, it is remembered. `capturedUs` is the frame's own time (its low 32 bits will do):
   * where a capture's clock jumps back, packet time stands still, and every cyclic frame would look like a copy.
   */
  isDuplicate(packet: Packet, capturedUs: number = packet.timeUs | 0): boolean {
    const time = capturedUs | 0;
    const isTcp = packet.ipProtocol === IpProtocol.tcp && packet.hasTransport;
    if (isTcp && packet.ipVersion === 4 && !packet.hasRedundancyTag) return this.#isKnownTcp4(packet, time);
    let windowUs = WINDOW_UNCOUNTED_US;
    if (packet.ipVersion !== 0) {
      if (packet.ipId !== 0 || packet.ipProtocol === IpProtocol.tcp) windowUs = WINDOW_COUNTED_US;
      this.#hashIp(packet);
    } else this.#hashFrame(packet);
    if (packet.hasRedundancyTag) {
      windowUs = WINDOW_REDUNDANT_US;
      this.#mix(packet.redundancySequence, packet.sourceMacHigh, packet.sourceMacLow, 0);
    }
    return this.#isKnown(this.#first, this.#second, time, windowUs);
  }

  #isKnown(hash: number, second: number, time: number, windowUs: number): boolean {
    let first = Math.imul(hash ^ (hash >>> 15), M3);
    first ^= first >>> 15;
    const slots = this.#slots;
    const at = (first & (SLOTS - 1)) << 1;
    if (slots[at] === second && (time - slots[at + 1]!) >>> 0 <= windowUs) {
      // The first one's time stays: a sender that repeats itself faster than the window is seen once in a window.
      this.duplicates++;
      return true;
    }
    slots[at] = second;
    slots[at + 1] = time;
    return false;
  }

  /**
   * A TCP segment over IPv4: its numbers tell segments apart, and its checksum stands for the payload, of which only
   * the ends are looked at. Sums of products with different odd factors, so that no multiplication waits for another.
   */
  #isKnownTcp4(packet: Packet, time: number): boolean {
    const { view, tcpSequence, tcpAcknowledgment, payloadStart, payloadEnd } = packet;
    const source = packet.sourceIpv4;
    const destination = packet.destinationIpv4;
    const ports = (packet.sourcePort << 16) | packet.destinationPort;
    const rest = (packet.transportChecksum << 16) ^ (packet.tcpFlags << 8) ^ packet.tcpWindow;
    const idAndSize = (packet.ipId << 16) ^ (packet.ipPayloadEnd - packet.ipPayloadStart);
    let front = 0;
    let back = 0;
    if (payloadEnd - payloadStart >= 4) {
      front = view.getInt32(payloadStart);
      back = view.getInt32(payloadEnd - 4);
    } else for (let at = payloadStart; at < payloadEnd; at++) front = (front << 8) | view.getUint8(at);
    const first =
      (this.#seed +
        Math.imul(tcpSequence, M1) +
        Math.imul(tcpAcknowledgment, M2) +
        Math.imul(ports, M3) +
        Math.imul(rest, M4) +
        Math.imul(front, M5) +
        Math.imul(back, M6) +
        Math.imul(idAndSize, M7) +
        Math.imul(source, M8) +
        Math.imul(destination, M9)) |
      0;
    const second =
      ((this.#seed ^ first) +
        Math.imul(tcpSequence, M9) +
        Math.imul(tcpAcknowledgment, M8) +
        Math.imul(ports, M7) +
        Math.imul(rest, M6) +
        Math.imul(front, M4) +
        Math.imul(back, M3) +
        Math.imul(idAndSize, M2) +
        Math.imul(source, M1) +
        Math.imul(destination, M5)) |
      0;
    return this.#isKnown(first, second, time, WINDOW_COUNTED_US);
  }

  #hashIp(packet: Packet): void {
    const { view } = packet;
    const ids = (packet.ipProtocol << 24) ^ (packet.fragmentOffset << 11) ^ packet.fragmentId;
    const size = packet.ipPayloadEnd - packet.ipPayloadStart;
    const source = packet.sourceAt;
    this.#first = this.#seed + size;
    this.#second = ids ^ this.#seed;
    if (packet.ipVersion === 4) this.#mix(packet.sourceIpv4, packet.destinationIpv4, ids, size);
    else {
      for (let at = source; at < source + 32; at += 16) {
        this.#mix(view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));
      }
    }
    if (packet.ipProtocol === IpProtocol.tcp && packet.hasTransport) {
      this.#mix(
        packet.tcpSequence,
        packet.tcpAcknowledgment,
        (packet.sourcePort << 16) | packet.destinationPort,
        (packet.transportChecksum << 16) ^ (packet.tcpFlags << 8) ^ packet.tcpWindow,
      );
      this.#mixBytes(view, packet.payloadStart, packet.payloadEnd);
    } else {
      // Of IPv6 with the extension headers: some packets have nothing else.
      this.#mixBytes(view, packet.ipVersion === 4 ? packet.ipPayloadStart : packet.ipStart + 40, packet.ipPayloadEnd);
    }
  }

  /** Not IP: addresses, type and payload, but not the zeros behind it, which a tag taken off makes more or fewer. */
  #hashFrame(packet: Packet): void {
    const bytes = packet.bytes;
    this.#first = this.#seed ^ packet.etherType;
    this.#second = ~this.#first;
    const high = (packet.destinationMacHigh << 16) | packet.sourceMacHigh;
    this.#mix(packet.destinationMacLow, packet.sourceMacLow, high, packet.llcSap);
    const start = packet.linkPayloadStart;
    let end = packet.frameEnd;
    if (packet.hasRedundancyTag && hasTrailer(packet)) end -= PRP_TRAILER_SIZE;
    while (end > start && bytes[end - 1] === 0) end--;
    this.#mixBytes(packet.view, start, end);
  }

  /** Two polynomials over the words, four a step, so that few multiplications wait for one another. */
  #mix(a: number, b: number, c: number, d: number): void {
    const first = this.#first;
    const second = this.#second;
    this.#first =
      (Math.imul(first ^ (first >>> 15), M1) + Math.imul(a, M2) + Math.imul(b, M3) + Math.imul(c, M4) + d) | 0;
    this.#second =
      (Math.imul(second ^ (second >>> 13), M4) + Math.imul(d, M2) + Math.imul(c, M3) + Math.imul(b, M1) + a) | 0;
  }

  #mixBytes(view: DataView, start: number, end: number): void {
    let at = start;
    for (; at + 16 <= end; at += 16) {
      this.#mix(view.getInt32(at), view.getInt32(at + 4), view.getInt32(at + 8), view.getInt32(at + 12));
    }
    if (at === end) return;
    const a = at + 4 <= end ? view.getInt32(at) : 0;
    const b = at + 8 <= end ? view.getInt32(at + 4) : 0;
    const c = at + 12 <= end ? view.getInt32(at + 8) : 0;
    let d = end - at;
    for (at = end - (d & 3); at < end; at++) d = (d << 8) | view.getUint8(at);
    this.#mix(a, b, c, d);
  }
}

/** Odd numbers without a pattern, for the hashes. */
const M1 = 0x9e3779b1 | 0;
const M2 = 0x85ebca6b | 0;
const M3 = 0xc2b2ae35 | 0;
const M4 = 0x27d4eb2f;
const M5 = 0x165667b1;
const M6 = 0xd3a2646d | 0;
const M7 = 0xfd7046c5 | 0;
const M8 = 0xb55a4f09 | 0;
const M9 = 0x4cf5ad43;

/** PRP's mark stands behind the payload, HSR's before it. */
function hasTrailer(packet: Packet): boolean {
  const end = packet.frameEnd;
  return end - packet.linkPayloadStart >= PRP_TRAILER_SIZE && u16be(packet.bytes, end - 2) === 0x88fb;
}

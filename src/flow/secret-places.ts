// Remembers where secrets passed, not what they were, so that evidence can be written without them. In a TCP stream the
// place is a stretch of sequence numbers, which finds it again in retransmissions and however it was cut into segments;
// wherever else the same bytes pass between the two hosts they are found by a keyed hash.
import { randomBytes } from 'node:crypto';
import { ipText, macText } from '../packet/addresses.ts';
import { IpProtocol, type Packet } from '../packet/packet.ts';

/** Places in all; where one more would be needed, whole payloads of that pair of hosts are masked. */
const PLACES_MAX = 131_072;
const PAIRS_MAX = 32_768;
/** Fewer bytes are found by their sequence numbers only: they stand in every other payload by chance. */
const CONTENT_BYTES_MIN = 3;
const MASK = 0x58;

/** A stretch of what one host sends to the other. */
interface StreamPlace {
  readonly sender: string;
  readonly senderPort: number;
  readonly receiverPort: number;
  /** 32-bit sequence number of the first byte. */
  readonly sequence: number;
  readonly length: number;
}

interface Pair {
  readonly streams: StreamPlace[];
  /** By length: keyed hashes. */
  readonly contents: Map<number, Set<number>>;
  isFull: boolean;
}

/** One end of a conversation. */
export interface SecretEnd {
  /** As text, without its segment. */
  readonly address: string;
  readonly port: number;
}

export class SecretPlaces {
  readonly #pairs = new Map<string, Pair>();
  #count = 0;
  /** More pairs than can be kept: then nothing of any payload is shown. */
  #isOverwhelmed = false;
  readonly #key: readonly [number, number];

  constructor() {
    const random = randomBytes(8);
    this.#key = [random.readInt32LE(0) | 1, random.readInt32LE(4) | 1];
  }

  /** Something secret was said: nothing is masked while nothing was. */
  get hasAny(): boolean {
    return this.#pairs.size > 0 || this.#isOverwhelmed;
  }

  /** bytes[start..end) is secret; `sequence`: of its first byte where it passed in a TCP stream, else null. */
  note(
    sender: SecretEnd,
    receiver: SecretEnd,
    bytes: Uint8Array,
    start: number,
    end: number,
    sequence: number | null,
  ): void {
    const length = end - start;
    if (length <= 0) return;
    const pair = this.#pair(sender.address, receiver.address);
    if (pair === null) return;
    if (this.#count >= PLACES_MAX) {
      pair.isFull = true;
      return;
    }
    if (sequence !== null) {
      this.#count++;
      pair.streams.push({
        sender: sender.address,
        senderPort: sender.port,
        receiverPort: receiver.port,
        sequence,
        length,
      });
    }
    if (length < CONTENT_BYTES_MIN && sequence !== null) return;
    let hashes = pair.contents.get(length);
    if (hashes === undefined) pair.contents.set(length, (hashes = new Set()));
    const before = hashes.size;
    hashes.add(this.#hash(bytes, start, end));
    this.#count += hashes.size - before;
  }

  /** Overwrites what is secret in a decoded frame; gives how many bytes that were. */
  mask(packet: Packet): number {
    if (packet.ipVersion === 0 && !packet.hasMac) return 0;
    const { bytes } = packet;
    const source = senderOf(packet);
    const pair = this.#pairs.get(pairKey(source, receiverOf(packet)));
    const isLink = packet.ipVersion === 0;
    const start = isLink ? packet.linkPayloadStart : packet.hasTransport ? packet.payloadStart : packet.ipPayloadStart;
    const end = isLink ? packet.frameEnd : packet.hasTransport ? packet.payloadEnd : packet.ipPayloadEnd;
    if (pair === undefined && !this.#isOverwhelmed) return 0;
    if (pair === undefined || pair.isFull) {
      bytes.fill(MASK, start, end);
      return Math.max(0, end - start);
    }
    let masked = 0;
    if (packet.hasTransport && packet.ipProtocol === IpProtocol.tcp) {
      for (const place of pair.streams) {
        if (place.sender !== source || place.senderPort !== packet.sourcePort) continue;
        if (place.receiverPort !== packet.destinationPort) continue;
        const at = start + ((place.sequence - packet.tcpSequence) | 0);
        masked += fill(bytes, Math.max(start, at), Math.min(end, at + place.length));
      }
    }
    for (const [length, hashes] of pair.contents) masked += this.#maskContent(bytes, start, end, length, hashes);
    return masked;
  }

  #pair(one: string, other: string): Pair | null {
    const key = pairKey(one, other);
    let pair = this.#pairs.get(key);
    if (pair !== undefined) return pair;
    if (this.#pairs.size >= PAIRS_MAX) {
      this.#isOverwhelmed = true;
      return null;
    }
    pair = { streams: [], contents: new Map(), isFull: false };
    this.#pairs.set(key, pair);
    return pair;
  }

  #maskContent(bytes: Uint8Array, start: number, end: number, length: number, hashes: Set<number>): number {
    if (end - start < length) return 0;
    const [key, otherKey] = this.#key;
    const leaving = power(key, length);
    const otherLeaving = power(otherKey, length);
    let hash = 0;
    let other = 0;
    let masked = 0;
    // What is masked takes no part in the next one: behind it the hash begins anew.
    let from = start;
    for (let at = start; at < end; at++) {
      hash = (Math.imul(hash, key) + bytes[at]! + 1) | 0;
      other = (Math.imul(other, otherKey) + bytes[at]! + 1) | 0;
      const first = at - length + 1;
      if (first < from) continue;
      if (first > from) {
        const gone = bytes[first - 1]! + 1;
        hash = (hash - Math.imul(gone, leaving)) | 0;
        other = (other - Math.imul(gone, otherLeaving)) | 0;
      }
      if (!hashes.has(combined(hash, other))) continue;
      masked += fill(bytes, first, at + 1);
      from = at + 1;
      hash = 0;
      other = 0;
    }
    return masked;
  }

  #hash(bytes: Uint8Array, start: number, end: number): number {
    const [key, otherKey] = this.#key;
    let hash = 0;
    let other = 0;
    for (let at = start; at < end; at++) {
      hash = (Math.imul(hash, key) + bytes[at]! + 1) | 0;
      other = (Math.imul(other, otherKey) + bytes[at]! + 1) | 0;
    }
    return combined(hash, other);
  }
}

/** As hosts are written: by their addresses of IP, or of Ethernet where a frame has none. */
function senderOf({ ipVersion, bytes, sourceAt, sourceMacHigh, sourceMacLow }: Packet): string {
  return ipVersion === 0 ? macText(sourceMacHigh, sourceMacLow) : ipText(ipVersion, bytes, sourceAt);
}

function receiverOf({ ipVersion, bytes, destinationAt, destinationMacHigh, destinationMacLow }: Packet): string {
  return ipVersion === 0 ? macText(destinationMacHigh, destinationMacLow) : ipText(ipVersion, bytes, destinationAt);
}

function pairKey(one: string, other: string): string {
  return one < other ? `${one} ${other}` : `${other} ${one}`;
}

function fill(bytes: Uint8Array, start: number, end: number): number {
  if (end <= start) return 0;
  bytes.fill(MASK, start, end);
  return end - start;
}

/** 53 bits of both: exact as a number. */
function combined(hash: number, other: number): number {
  return (hash >>> 0) * 0x20_0000 + (other >>> 11);
}

function power(base: number, exponent: number): number {
  let result = 1;
  for (let times = 0; times < exponent; times++) result = Math.imul(result, base);
  return result;
}

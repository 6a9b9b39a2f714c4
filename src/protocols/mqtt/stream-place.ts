// Where the packets of one direction lie in its stream: so that what a loss took can be counted, and the next packet be
// found behind it. A packet whose length was seen is passed over to its end; else the next one is looked for.
import { u16be } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL } from '../../facts/protocol.ts';
import { variableInteger } from './fields.ts';
import { looksLikePackets, packetSize } from './framing.ts';
import { PacketType } from './messages.ts';

/** A topic by which a PUBLISH is known again in the middle of a segment has so many bytes; longer ones are not kept. */
const TOPIC_BYTES_MIN = 4;
const TOPIC_BYTES_MAX = 256;
/** Of shorter packets the topic is not kept: behind a loss the next segment begins with one soon enough. */
const LONG_PACKET_BYTES = 1024;
/** Type, four bytes of length, length of the topic. */
const HEAD_BYTES_MAX = 7;
const NO_TOPIC = new Uint8Array(0);

export class StreamPlace {
  /** Bytes of this direction before those that are read next, from some beginning. */
  position = 0;
  /** Positions of another epoch have another beginning: it is not known how much lies between. */
  epoch = 0;
  /** Where the packet that was read last begins, and its size. */
  packetStart = 0;
  packetSize = 0;
  /** Bytes at hand of a packet, or a piece of one, that wait for their rest; and how long that packet is, 0: not known. */
  #waiting = 0;
  #waitingFor = 0;
  /** Bytes of a packet that was cut by a loss which are still to come. */
  #skip = 0;
  #isSearching = false;
  /** The bytes that were measured last are to be passed over. */
  #isPassing = false;
  /** Empty until the first is kept: most directions never have a packet so long. */
  #topic: Uint8Array = NO_TOPIC;
  #topicSize = 0;

  get isLost(): boolean {
    return this.#skip > 0 || this.#isSearching;
  }

  /** What is asked for cannot be had yet: bytes[start..end) wait. `isPiece`: of a packet whose head was read. */
  waits(bytes: Uint8Array, start: number, end: number, isPiece: boolean): void {
    this.#waiting = end - start;
    const size = isPiece ? 0 : packetSize(bytes, start, end);
    this.#waitingFor = size > 0 ? size : 0;
    if (size > LONG_PACKET_BYTES) this.#keepTopic(bytes, start, end);
  }

  /** While lost: the size of what is to be passed over, 0 where a packet begins here, NEED_MORE is never asked for. */
  passed(bytes: Uint8Array, start: number, end: number): number {
    let size = 0;
    if (this.#skip > 0) size = Math.min(this.#skip, end - start);
    else if (this.#isSearching) {
      size = this.#search(bytes, start, end);
      if (size < end - start) this.#isSearching = false;
    }
    this.#isPassing = size > 0;
    return size;
  }

  /** bytes[start..end) are read: true where they are to be passed over. */
  read(start: number, end: number): boolean {
    this.#waiting = this.#waitingFor = 0;
    this.position += end - start;
    if (!this.#isPassing) return false;
    this.#isPassing = false;
    this.#skip = Math.max(0, this.#skip - (end - start));
    return true;
  }

  /** A packet, or its first piece, is about to be read. */
  packetBegins(bytes: Uint8Array, start: number, end: number, size: number): void {
    this.packetStart = this.position - (end - start);
    this.packetSize = size;
    if (size > LONG_PACKET_BYTES) this.#keepTopic(bytes, start, end);
  }

  /**
   * So many bytes are lost, -1: nobody knows how many. `left`: bytes of a packet in pieces that were still to come. Gives
   * how many bytes of that packet are lost, those that waited among them; -1 where it was not in pieces.
   */
  lost(lostBytes: number, left: number): number {
    const waited = this.#waiting;
    const size = this.#waitingFor;
    this.#waiting = this.#waitingFor = 0;
    this.#isPassing = false;
    if (lostBytes < 0) {
      this.forget();
      return left > 0 ? left : -1;
    }
    const gone = waited + lostBytes;
    this.position += gone;
    if (left > 0) {
      this.#isSearching = gone > left;
      return Math.min(gone, left);
    }
    if (this.#isSearching) return -1;
    const whole = this.#skip > 0 ? this.#skip : size;
    this.#skip = Math.max(0, whole - gone);
    this.#isSearching = gone > whole;
    return -1;
  }

  /** Where the next packet is, and how far from here, is not known. */
  forget(): void {
    this.epoch++;
    this.#waiting = this.#waitingFor = this.#skip = 0;
    this.#isPassing = false;
    this.#isSearching = true;
  }

  #keepTopic(bytes: Uint8Array, start: number, end: number): void {
    if (bytes[start]! >> 4 !== PacketType.publish) return;
    const at = lengthEnd(bytes, start, end);
    if (at < 0 || at + 2 > end) return;
    const size = u16be(bytes, at);
    if (size < TOPIC_BYTES_MIN || size > TOPIC_BYTES_MAX || at + 2 + size > end) return;
    if (this.#topic === NO_TOPIC) this.#topic = new Uint8Array(TOPIC_BYTES_MAX);
    for (let index = 0; index < size; index++) this.#topic[index] = bytes[at + 2 + index]!;
    this.#topicSize = size;
  }

  /** How far from `start` a packet begins: where the segment does, or with the topic of the last long one. */
  #search(bytes: Uint8Array, start: number, end: number): number {
    if (looksLikePackets(bytes, start, end) !== Match.no) return 0;
    const topic = this.#topicSize;
    if (topic === 0) return end - start;
    for (let at = start + 2; at + 2 + topic <= end; at++) {
      if (bytes[at]! !== topic >> 8 || bytes[at + 1]! !== (topic & 0xff) || !this.#isTopic(bytes, at + 2)) continue;
      const head = headBefore(bytes, start, at, end);
      if (head >= 0) return head - start;
    }
    return end - start;
  }

  #isTopic(bytes: Uint8Array, at: number): boolean {
    for (let index = 0; index < this.#topicSize; index++) if (bytes[at + index] !== this.#topic[index]) return false;
    return true;
  }
}

/** Behind the remaining length, -1 where it is cut or none. */
function lengthEnd(bytes: Uint8Array, start: number, end: number): number {
  if (variableInteger(bytes, start + 1, end) < 0) return -1;
  let at = start + 1;
  while (bytes[at]! >= 0x80) at++;
  return at + 1;
}

/** Where the PUBLISH begins whose topic has its length at `at`; -1 where what stands before it is no head. */
function headBefore(bytes: Uint8Array, start: number, at: number, end: number): number {
  for (let head = at - 2; head >= Math.max(start, at - HEAD_BYTES_MAX + 2); head--) {
    if (bytes[head]! >> 4 !== PacketType.publish || (bytes[head]! & 6) === 6) continue;
    if (lengthEnd(bytes, head, end) !== at) continue;
    const size = packetSize(bytes, head, end);
    if (size !== NEED_MORE && size !== NOT_THIS_PROTOCOL && head + size >= at + 2 + u16be(bytes, at)) return head;
  }
  return -1;
}

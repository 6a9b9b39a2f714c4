// Turns the blocks of a mapped TPACKET_V3 ring into batches of frames that stay where the kernel put them. The layout
// is the one of linux/if_packet.h, in the byte order of the machine; live-linux.ts makes the ring.
import { frameReference } from '../facts/frame-reference.ts';
import { LinkType, type CaptureFile, type FrameBatch } from './frames.ts';
import { SteadyClock } from './steady-clock.ts';

/** Bytes the kernel leaves free before each frame, for the VLAN tag that it took out. */
export const VLAN_TAG_SIZE = 4;

/** struct tpacket_block_desc, offsets in words of four bytes. */
const BLOCK_STATUS = 2;
const BLOCK_PACKET_COUNT = 3;
const BLOCK_FIRST_PACKET = 4;

/** struct tpacket3_hdr, then struct sockaddr_ll behind its 48 bytes; offsets in words. */
const NEXT_OFFSET = 0;
const SECONDS = 1;
const NANOSECONDS = 2;
const CAPTURED_LENGTH = 3;
const ORIGINAL_LENGTH = 4;
const STATUS = 5;
/** Low half: where the frame starts. */
const MAC_OFFSET = 6;
const VLAN_TCI = 8;
/** Low half. */
const VLAN_TPID = 9;
const INTERFACE = 13;
/** Low half: hardware type; the next byte: packet type. */
const HARDWARE = 14;

const BLOCK_OF_KERNEL = 0;
const BLOCK_OF_USER = 1;
const VLAN_VALID = 1 << 4;
const VLAN_TPID_VALID = 1 << 6;
const PACKET_OUTGOING = 4;
const TPID_DEFAULT = 0x8100;
const MAC_ADDRESSES_SIZE = 12;

/** The header, its address and the least the kernel puts in front of a frame: no frame takes fewer bytes of a block. */
const FRAME_BYTES_MIN = 80;

/** if_arp.h. */
const HardwareType = { ethernet: 1, rawIp: 519, loopback: 772, none: 65_534 } as const;

/** How the frames of an interface of this hardware type begin; -1: not one that is decoded. */
export function linkTypeOf(hardwareType: number): number {
  switch (hardwareType) {
    case HardwareType.ethernet:
    case HardwareType.loopback:
      return LinkType.ethernet;
    // A tunnel without a header of its own: the IP packet is the frame.
    case HardwareType.none:
    case HardwareType.rawIp:
      return LinkType.raw;
    default:
      return -1;
  }
}

export class PacketRing {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Int32Array<ArrayBuffer>;
  readonly #blockWords: number;
  readonly #blockCount: number;
  readonly #interfaces: Int32Array;
  readonly #files: readonly CaptureFile[];
  readonly #batch: FrameBatch;
  readonly clock = new SteadyClock();
  #block = 0;
  #isBlockHeld = false;

  /** `interfaces[i]` is the kernel's number of the interface that `files[i]` gives account of. */
  constructor(memory: ArrayBuffer, blockBytes: number, interfaces: readonly number[], files: readonly CaptureFile[]) {
    this.#bytes = new Uint8Array(memory);
    this.#words = new Int32Array(memory);
    this.#blockWords = blockBytes >> 2;
    this.#blockCount = memory.byteLength / blockBytes;
    this.#interfaces = Int32Array.from(interfaces);
    this.#files = files;
    const framesMax = Math.ceil(blockBytes / FRAME_BYTES_MIN);
    this.#batch = {
      bytes: this.#bytes,
      count: 0,
      offset: new Int32Array(framesMax),
      capturedLength: new Int32Array(framesMax),
      originalLength: new Int32Array(framesMax),
      timeUs: new Float64Array(framesMax),
      linkType: new Int32Array(framesMax),
      frame: new Float64Array(framesMax),
    };
  }

  /** The frames of the next full block; null where there is none yet. The block before goes back to the kernel. */
  next(): FrameBatch | null {
    for (;;) {
      if (this.#isBlockHeld) this.#giveBack();
      // The kernel writes the status last, so a plain read could see it before the frames.
      const status = Atomics.load(this.#words, this.#block * this.#blockWords + BLOCK_STATUS);
      if ((status & BLOCK_OF_USER) === 0) return null;
      this.#isBlockHeld = true;
      this.#walk(this.#block * this.#blockWords);
      if (this.#batch.count > 0) return this.#batch;
    }
  }

  #giveBack(): void {
    Atomics.store(this.#words, this.#block * this.#blockWords + BLOCK_STATUS, BLOCK_OF_KERNEL);
    this.#block = this.#block + 1 === this.#blockCount ? 0 : this.#block + 1;
    this.#isBlockHeld = false;
  }

  #walk(block: number): void {
    const words = this.#words;
    const batch = this.#batch;
    const packetCount = words[block + BLOCK_PACKET_COUNT]!;
    let at = block + (words[block + BLOCK_FIRST_PACKET]! >> 2);
    let count = 0;
    for (let packet = 0; packet < packetCount; packet++) {
      const hardware = words[at + HARDWARE]!;
      const hardwareType = hardware & 0xffff;
      const file = this.#fileOf(words[at + INTERFACE]!);
      // What a host says to itself passes the loopback interface twice: on its way out and on its way in.
      const isSecondCopy = hardwareType === HardwareType.loopback && ((hardware >> 16) & 0xff) === PACKET_OUTGOING;
      if (file >= 0 && !isSecondCopy) {
        let start = (at << 2) + (words[at + MAC_OFFSET]! & 0xffff);
        let capturedLength = words[at + CAPTURED_LENGTH]!;
        let originalLength = words[at + ORIGINAL_LENGTH]!;
        const linkType = linkTypeOf(hardwareType);
        const status = words[at + STATUS]!;
        if ((status & VLAN_VALID) !== 0 && linkType === LinkType.ethernet && capturedLength >= MAC_ADDRESSES_SIZE) {
          start -= VLAN_TAG_SIZE;
          const type = (status & VLAN_TPID_VALID) !== 0 ? words[at + VLAN_TPID]! & 0xffff : TPID_DEFAULT;
          this.#putTagBack(start, type, words[at + VLAN_TCI]!);
          capturedLength += VLAN_TAG_SIZE;
          originalLength += VLAN_TAG_SIZE;
        }
        const timeUs = this.clock.at((words[at + SECONDS]! >>> 0) * 1e6 + ((words[at + NANOSECONDS]! / 1000) | 0));
        batch.offset[count] = start;
        batch.capturedLength[count] = capturedLength;
        batch.originalLength[count] = originalLength;
        batch.timeUs[count] = timeUs;
        batch.linkType[count] = linkType;
        batch.frame[count] = this.#account(file, timeUs, capturedLength);
        count++;
      }
      at += words[at + NEXT_OFFSET]! >>> 2;
    }
    batch.count = count;
  }

  /** -1: not an interface that was asked for. */
  #fileOf(interfaceIndex: number): number {
    const interfaces = this.#interfaces;
    for (let file = 0; file < interfaces.length; file++) if (interfaces[file] === interfaceIndex) return file;
    return -1;
  }

  #account(file: number, timeUs: number, capturedLength: number): number {
    const account = this.#files[file]!;
    if (account.frames === 0) account.firstUs = timeUs;
    account.lastUs = timeUs;
    account.bytes += capturedLength;
    account.frames++;
    return frameReference(file, account.frames);
  }

  /** Network cards and the kernel take the outermost VLAN tag out and hand it over beside the frame. */
  #putTagBack(start: number, type: number, tci: number): void {
    const bytes = this.#bytes;
    for (let at = start; at < start + MAC_ADDRESSES_SIZE; at++) bytes[at] = bytes[at + VLAN_TAG_SIZE]!;
    bytes[start + 12] = type >>> 8;
    bytes[start + 13] = type;
    bytes[start + 14] = tci >>> 8;
    bytes[start + 15] = tci;
  }
}

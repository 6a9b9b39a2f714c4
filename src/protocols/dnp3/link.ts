// Frames of the data link layer (IEEE 1815-2012, clause 9.2): ten octets of header with their check, then blocks of at
// most sixteen octets of user data, each with its own. Cuts a stream into frames and takes the user data out of one.
import { u16le } from '../../bytes/endian.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker } from '../../facts/protocol.ts';
import { isCrcRight } from './crc.ts';

export const START_FIRST = 0x05;
export const START_SECOND = 0x64;
export const HEADER_SIZE = 10;
const CHECKED_HEADER_SIZE = 8;
const BLOCK_SIZE = 16;
const CRC_SIZE = 2;
/** The length counts control, destination and source, and the user data without checks (clause 9.2.4). */
const LENGTH_MIN = 5;
export const USER_DATA_MAX = 250;
/** A frame with 250 octets of user data. */
export const FRAME_BYTES_MAX = 292;

const CONTROL = 3;
/** Bits of the control octet (clause 9.2.4). */
export const Control = { fromMaster: 0x80, primary: 0x40, frameCountValid: 0x10 } as const;

/** Functions of the primary station (clause 9.2.4). */
export const Primary = {
  resetLink: 0,
  resetUserProcess: 1,
  testLink: 2,
  confirmedUserData: 3,
  unconfirmedUserData: 4,
  requestLinkStatus: 9,
} as const;

/** Functions of the secondary station. */
export const Secondary = { ack: 0, nack: 1, linkStatus: 11, notFunctioning: 14, notSupported: 15 } as const;

/** Special addresses (clause 9.2). */
export const Address = { reservedFirst: 0xfff0, self: 0xfffc, broadcastFirst: 0xfffd } as const;

export function isBroadcast(address: number): boolean {
  return address >= Address.broadcastFirst;
}

/** Octets on the wire of a frame with so much user data. */
export function frameBytes(userData: number): number {
  return HEADER_SIZE + userData + CRC_SIZE * ((userData + BLOCK_SIZE - 1) >> 4);
}

/** What the header at `start` says; its ten octets are there. One record, refilled for each frame. */
export class LinkHeader {
  length = 0;
  control = 0;
  destination = 0;
  source = 0;
  isCrcRight = false;

  read(bytes: Uint8Array, start: number): void {
    this.length = bytes[start + 2]!;
    this.control = bytes[start + CONTROL]!;
    this.destination = u16le(bytes, start + 4);
    this.source = u16le(bytes, start + 6);
    this.isCrcRight = isCrcRight(bytes, start, start + CHECKED_HEADER_SIZE);
  }

  get isFromMaster(): boolean {
    return (this.control & Control.fromMaster) !== 0;
  }

  get isPrimary(): boolean {
    return (this.control & Control.primary) !== 0;
  }

  get function(): number {
    return this.control & 0x0f;
  }

  get userDataSize(): number {
    return Math.max(0, this.length - LENGTH_MIN);
  }

  get isTooShort(): boolean {
    return this.length < LENGTH_MIN;
  }

  /** Confirmed or unconfirmed user data: what the transport function is told of. */
  get isUserData(): boolean {
    const { function: code } = this;
    return this.isPrimary && (code === Primary.confirmedUserData || code === Primary.unconfirmedUserData);
  }
}

/** `yes`: a header with a right check. `maybe`: one that is cut or damaged. */
export function looksLikeDnp3(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 3 || !isStart(bytes, start, end)) return Match.no;
  if (end - start < HEADER_SIZE) return bytes[start + 2]! >= LENGTH_MIN ? Match.maybe : Match.no;
  if (!isCrcRight(bytes, start, start + CHECKED_HEADER_SIZE)) return Match.maybe;
  return bytes[start + 2]! >= LENGTH_MIN ? Match.yes : Match.maybe;
}

/** The direction bit tells: a master is the client. */
export function speakerOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEADER_SIZE || !isCrcRight(bytes, start, start + CHECKED_HEADER_SIZE)) return Speaker.unknown;
  return (bytes[start + CONTROL]! & Control.fromMaster) !== 0 ? Speaker.client : Speaker.server;
}

/**
 * Size of the frame at `start`. Bytes between frames are skipped as the link layer does it (clause 9.2.4): they are
 * given as one piece up to the next header whose check is right.
 */
export function frameSizeAt(bytes: Uint8Array, start: number, end: number): number {
  if (!isStart(bytes, start, end)) return skipped(bytes, start, end);
  if (end - start < HEADER_SIZE) return NEED_MORE;
  const length = bytes[start + 2]!;
  if (length < LENGTH_MIN) return HEADER_SIZE;
  const size = frameBytes(length - LENGTH_MIN);
  const next = start + size;
  // A length that is right is believed; a damaged one only where a frame, or the end of what was sent, follows.
  if (next === end || isCrcRight(bytes, start, start + CHECKED_HEADER_SIZE)) return size;
  if (next + 1 < end && isStart(bytes, next, end)) return size;
  return skipped(bytes, start + 1, end, start);
}

/** Bytes up to the next header with a right check. */
function skipped(bytes: Uint8Array, from: number, end: number, start = from): number {
  const last = Math.min(end - HEADER_SIZE, start + FRAME_BYTES_MAX);
  for (let at = from; at <= last; at++) {
    if (isStart(bytes, at, end) && isCrcRight(bytes, at, at + CHECKED_HEADER_SIZE)) return at - start;
  }
  return NOT_THIS_PROTOCOL;
}

/** Could a frame start here, as far as the bytes go? */
export function isStart(bytes: Uint8Array, start: number, end: number): boolean {
  return start < end && bytes[start] === START_FIRST && (start + 1 >= end || bytes[start + 1] === START_SECOND);
}

/**
 * Copies the user data of the frame into `to` without the checks. Returns how many octets, up to the first block whose
 * check is wrong or that is cut; then `damagedAt` of `state` is where that block starts, else -1.
 */
export function copyUserData(
  bytes: Uint8Array,
  start: number,
  end: number,
  size: number,
  to: Uint8Array,
  state: { damagedAt: number },
): number {
  let at = start + HEADER_SIZE;
  let copied = 0;
  state.damagedAt = -1;
  while (copied < size) {
    const block = Math.min(BLOCK_SIZE, size - copied);
    if (at + block + CRC_SIZE > end || !isCrcRight(bytes, at, at + block)) {
      state.damagedAt = at;
      return copied;
    }
    for (let index = 0; index < block; index++) to[copied + index] = bytes[at + index]!;
    copied += block;
    at += block + CRC_SIZE;
  }
  return copied;
}

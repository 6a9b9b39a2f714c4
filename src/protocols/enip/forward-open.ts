// The parameters of Forward Open, Large Forward Open and Forward Close (volume 1, 3-5.5.2 and 3-5.5.3).
import { u16le, u32le } from '../../bytes/endian.ts';
import { Service } from './services.ts';

/** Priority, ticks, both ids, serial, vendor, originator, multiplier, reserved (3), then twice interval and parameters. */
const OPEN_SIZE = 36;
const LARGE_OPEN_SIZE = 40;
/** Priority, ticks, serial, vendor, originator, then the size of the path and a reserved byte. */
const CLOSE_SIZE = 12;
/** Transport class in the low bits of the last byte before the path: 3 is for messages, 0 and 1 for I/O. */
const CLASS_MASK = 0x0f;
const EXPLICIT_CLASS = 3;
const EXPLICIT_CLASS_2 = 2;

export class ForwardOpen {
  serial = -1;
  vendor = -1;
  originator = -1;
  toOriginator = -1;
  /** Messages go over it, no I/O. */
  isExplicit = false;
  pathStart = 0;
  pathEnd = 0;

  /** Data of the request: bytes[start..end). False where it is none of the three, or too short. */
  readRequest(service: number, bytes: Uint8Array, start: number, end: number): boolean {
    if (service === Service.forwardOpen) return this.#readOpen(bytes, start, end, OPEN_SIZE);
    if (service === Service.largeForwardOpen) return this.#readOpen(bytes, start, end, LARGE_OPEN_SIZE);
    return service === Service.forwardClose && this.#readClose(bytes, start, end);
  }

  #readOpen(bytes: Uint8Array, start: number, end: number, size: number): boolean {
    if (start + size > end) return false;
    this.toOriginator = u32le(bytes, start + 6);
    this.#readSerial(bytes, start + 10);
    const transport = bytes[start + size - 2]! & CLASS_MASK;
    this.isExplicit = transport === EXPLICIT_CLASS || transport === EXPLICIT_CLASS_2;
    this.#setPath(start + size, bytes[start + size - 1]! * 2, end);
    return true;
  }

  #readClose(bytes: Uint8Array, start: number, end: number): boolean {
    if (start + CLOSE_SIZE > end) return false;
    this.#readSerial(bytes, start + 2);
    this.#setPath(start + CLOSE_SIZE, bytes[start + CLOSE_SIZE - 2]! * 2, end);
    return true;
  }

  #readSerial(bytes: Uint8Array, at: number): void {
    this.serial = u16le(bytes, at);
    this.vendor = u16le(bytes, at + 2);
    this.originator = u32le(bytes, at + 4);
  }

  #setPath(start: number, size: number, end: number): void {
    this.pathStart = start;
    this.pathEnd = Math.min(end, start + size);
  }
}

/** Answer to Forward Open: both ids, then whose connection it is. */
export const OpenAnswer = { toTarget: 0, toOriginator: 4, serial: 8, vendor: 10, originator: 12, size: 16 } as const;
/** Answer to Forward Close: whose connection it was. */
export const CloseAnswer = { serial: 0, vendor: 2, originator: 4, size: 8 } as const;

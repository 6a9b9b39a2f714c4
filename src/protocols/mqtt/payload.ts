// Says what a payload is by its content, and finds the numbers and the encoded images in it. One record, refilled.
import { Base64Reader, isBase64 } from '../../bytes/base64.ts';
import { magicClass } from './magics.ts';
import { PayloadClass } from './messages.ts';
import { ENCODED_BYTES_MIN, JsonNumbers, NumberReader, isSpace } from '../written-numbers.ts';
import { isMqttText } from './text-rules.ts';

/** So much of a payload is looked at to tell text from binary. */
const LOOKED_AT_BYTES = 512;
/** So much of an encoded text is decoded to see what it is. */
const ENCODED_LOOK_BYTES = 512;
const PROTOBUF_BYTES_MAX = 4096;
const PROTOBUF_FIELDS_MIN = 2;

/** What is smaller is no image that a device could run. */
const IMAGE_BYTES_MIN = 512;

/** Is this something that a device runs? */
export function isImageOf(payloadClass: number, size: number): boolean {
  return (
    size >= IMAGE_BYTES_MIN && (payloadClass === PayloadClass.firmware || payloadClass === PayloadClass.executable)
  );
}

export class Payload {
  payloadClass: number = PayloadClass.empty;
  /** Class `number`: its value. */
  value = 0;
  /** Class `json`: its numeric members. */
  readonly members = new JsonNumbers();
  /** Where base64 stands in it whose content has a class of its own, or may go on an image; -1: nowhere. */
  encodedStart = -1;
  encodedEnd = -1;
  /** Class of what is encoded, -1 where that is not recognised. */
  encodedClass = -1;
  /** The image is written in text, each line a record. */
  isTextImage = false;
  readonly #number = new NumberReader();
  readonly #decoded = new Uint8Array(ENCODED_LOOK_BYTES);

  /** Looks at bytes[start..end), the beginning of `size` bytes. */
  look(bytes: Uint8Array, start: number, end: number, size: number): void {
    this.members.count = 0;
    this.encodedStart = this.encodedEnd = -1;
    this.encodedClass = -1;
    this.payloadClass = this.#classOf(bytes, start, end, size);
    const first = end > start ? bytes[start]! : 0;
    this.isTextImage = this.payloadClass === PayloadClass.firmware && (first === 0x3a || first === 0x53);
    if (this.encodedClass > PayloadClass.image && this.encodedClass <= PayloadClass.script) {
      this.payloadClass = this.encodedClass;
    }
  }

  #classOf(bytes: Uint8Array, start: number, end: number, size: number): number {
    let at = start;
    while (at < end && isSpace(bytes[at]!)) at++;
    if (at === end) return size === 0 ? PayloadClass.empty : PayloadClass.text;
    if (this.#isNumber(bytes, at, end)) return PayloadClass.number;
    const first = bytes[at]!;
    if (first === 0x7b) {
      if (this.members.scan(bytes, at, end)) {
        if (this.members.encodedStart >= 0)
          this.#lookEncoded(bytes, this.members.encodedStart, this.members.encodedEnd);
        return PayloadClass.json;
      }
      this.members.count = 0;
    } else if (first === 0x5b && isArray(bytes, at + 1, end)) return PayloadClass.json;
    const magic = magicClass(bytes, start, end, size);
    if (magic >= 0) return magic;
    if (isText(bytes, start, end)) {
      if (first === 0x3c) return PayloadClass.xml;
      if (end - at >= ENCODED_BYTES_MIN) this.#lookEncoded(bytes, at, end);
      return PayloadClass.text;
    }
    return end - start === size && isProtobuf(bytes, start, end) ? PayloadClass.protobuf : PayloadClass.binary;
  }

  /** `true` and `false` count as numbers, as they do in JSON. */
  #isNumber(bytes: Uint8Array, start: number, end: number): boolean {
    const first = bytes[start]!;
    let at = start;
    if (first === 0x74 || first === 0x66) {
      const isTrue = first === 0x74;
      const word = isTrue ? TRUE : FALSE;
      for (const byte of word) if (at >= end || bytes[at++] !== byte) return false;
      this.value = isTrue ? 1 : 0;
    } else {
      if (!this.#number.read(bytes, start, end)) return false;
      at = this.#number.end;
      this.value = this.#number.value;
    }
    while (at < end && (isSpace(bytes[at]!) || bytes[at] === 0)) at++;
    return at === end;
  }

  #lookEncoded(bytes: Uint8Array, start: number, end: number): void {
    const stop = Math.min(end, start + ENCODED_LOOK_BYTES);
    if (!isBase64(bytes, start, stop)) return;
    this.encodedStart = start;
    this.encodedEnd = end;
    const size = new Base64Reader().read(bytes, start, stop, this.#decoded);
    this.encodedClass = magicClass(this.#decoded, 0, size, Math.floor(((end - start) * 3) / 4));
  }
}

function isArray(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end && isSpace(bytes[at]!)) at++;
  if (at === end) return true;
  const byte = bytes[at]!;
  const isOpening = byte === 0x7b || byte === 0x5b || byte === 0x5d || byte === 0x22;
  return (
    isOpening || byte === 0x2d || (byte >= 0x30 && byte <= 0x39) || byte === 0x74 || byte === 0x66 || byte === 0x6e
  );
}

/** UTF-8 without control characters other than white space, in the part that is looked at. */
export function isText(bytes: Uint8Array, start: number, end: number): boolean {
  let stop = end;
  if (end - start > LOOKED_AT_BYTES) {
    stop = start + LOOKED_AT_BYTES;
    // Not in the middle of a character.
    while (stop > start && (bytes[stop]! & 0xc0) === 0x80) stop--;
  }
  // Some senders end their text with a zero byte.
  if (stop === end && end > start && bytes[end - 1] === 0) stop--;
  for (let at = start; at < stop; at++) {
    const byte = bytes[at]!;
    if ((byte < 0x20 && !isSpace(byte) && byte !== 0x1b) || byte === 0x7f) return false;
  }
  return stop > start && isMqttText(bytes, start, stop);
}

/** Fields that fill the bytes exactly, each with a number and a wire type that exist. */
function isProtobuf(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start > PROTOBUF_BYTES_MAX) return false;
  let at = start;
  let fields = 0;
  while (at < end) {
    const key = bytes[at++]!;
    if (key >= 0x80 || key < 8) return false;
    const type = key & 7;
    if (type === 0 || type === 2) {
      let length = 0;
      let shift = 0;
      for (;;) {
        if (at >= end || shift > 63) return false;
        const byte = bytes[at++]!;
        length += (byte & 0x7f) * 2 ** shift;
        shift += 7;
        if (byte < 0x80) break;
      }
      if (type === 2) at += length;
    } else if (type === 1) at += 8;
    else if (type === 5) at += 4;
    else return false;
    fields++;
  }
  return at === end && fields >= PROTOBUF_FIELDS_MIN;
}

const TRUE = new TextEncoder().encode('true');
const FALSE = new TextEncoder().encode('false');

// What a device says of itself in answers to 43/14, 17 and UMAS, as claims. Rare messages: plain code with objects.
import { printable } from '../../bytes/text.ts';
import { u16le } from '../../bytes/endian.ts';
import type { Claim, ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { UMAS_BODY } from './parse-umas.ts';

const SELF_DECLARED = 0.9;
const GUESSED_FROM_TEXT = 0.5;

/** Objects of 43/14 (clause 6.21, table of object ids). Ids of 128 and above are the maker's own. */
const OBJECT_ATTRIBUTES: readonly (ClaimAttribute | undefined)[] = [
  'vendor',
  'product-code',
  'firmware',
  'url',
  undefined, // ProductName: `model` only where ModelName is not in the same answer.
  'model',
  'application',
];
const PRODUCT_NAME = 4;
const MODEL_NAME = 5;

export class IdentityClaims {
  #context: MessageContext | undefined;
  #host = 0;
  #unit = -1;
  #source = '';

  /** Whom the claims are about. Units 0 and 255 on Modbus/TCP are the device itself (messaging guide V1.0b, 4.4.2.2). */
  about(context: MessageContext, host: number, unit: number, isSerial: boolean): void {
    this.#context = context;
    this.#host = host;
    this.#unit = !isSerial && (unit === 0 || unit === 255) ? -1 : unit;
  }

  /** Answer to 43/14: bytes[start..end) is the list of objects, each id, length, text. */
  fromDeviceIdentification(bytes: Uint8Array, start: number, end: number): void {
    this.#source = 'modbus 43/14';
    let productName = '';
    let hasModelName = false;
    let at = start;
    while (at + 2 <= end && at + 2 + bytes[at + 1]! <= end) {
      const id = bytes[at]!;
      const value = text(bytes, at + 2, at + 2 + bytes[at + 1]!);
      if (id === PRODUCT_NAME) productName = value;
      if (id === MODEL_NAME && value !== '') hasModelName = true;
      const attribute = OBJECT_ATTRIBUTES[id];
      if (attribute !== undefined) this.#claim(attribute, value, SELF_DECLARED);
      at += 2 + bytes[at + 1]!;
    }
    if (!hasModelName) this.#claim('model', productName, SELF_DECLARED);
  }

  /**
   * Answer to 17: bytes[start..end) is what follows the byte count: a server id of a length the maker chose, a run
   * indicator (00 or FF), more data. Where nearly all of it is text, that text is shown as the model.
   */
  fromServerId(bytes: Uint8Array, start: number, end: number): void {
    this.#source = 'modbus 17';
    const longest = longestText(bytes, start, end);
    if (longest.size >= 4)
      this.#claim('model', text(bytes, longest.start, longest.start + longest.size), GUESSED_FROM_TEXT);
    const indicator = runIndicator(bytes, start, end, longest.start, longest.size);
    if (indicator >= 0) this.#claim('run-state', indicator === 0xff ? 'run' : 'stop', GUESSED_FROM_TEXT);
  }

  /** Answer to UMAS 0x02: bytes[start] is the function code. */
  fromUmasId(bytes: Uint8Array, start: number, end: number): void {
    this.#source = 'umas read id';
    const body = start + UMAS_BODY;
    if (body + 23 > end) return;
    this.#claimVersion(bytes, body + 8);
    const nameEnd = body + 23 + bytes[body + 22]!;
    if (nameEnd <= end) {
      this.#claim('vendor', 'Schneider Electric', GUESSED_FROM_TEXT);
      this.#claim('model', text(bytes, body + 23, nameEnd), SELF_DECLARED);
    }
  }

  /** Answer to UMAS 0x01: bytes[start] is the function code. Its version is not the firmware's of 0x02, so it is left. */
  fromUmasInit(bytes: Uint8Array, start: number, end: number): void {
    this.#source = 'umas init communication';
    const body = start + UMAS_BODY;
    if (body + 13 > end) return;
    const nameEnd = body + 13 + bytes[body + 12]!;
    if (nameEnd <= end) this.#claim('name', text(bytes, body + 13, nameEnd), SELF_DECLARED);
  }

  /** Answer to UMAS 0x03 with argument 0: the project's name stands last, with its length before it. */
  fromUmasProject(bytes: Uint8Array, start: number, end: number): void {
    this.#source = 'umas read project info';
    const lengthAt = start + UMAS_BODY + PROJECT_NAME_LENGTH;
    if (lengthAt >= end || lengthAt + 1 + bytes[lengthAt]! > end) return;
    this.#claim('project', text(bytes, lengthAt + 1, lengthAt + 1 + bytes[lengthAt]!), SELF_DECLARED);
  }

  /** `02.70` stands as 70 02. */
  #claimVersion(bytes: Uint8Array, at: number): void {
    const version = u16le(bytes, at);
    if (version === 0) return;
    this.#claim(
      'firmware',
      `${(version >> 8).toString(16)}.${(version & 0xff).toString(16).padStart(2, '0')}`,
      SELF_DECLARED,
    );
  }

  #claim(attribute: ClaimAttribute, value: string, trust: number): void {
    const context = this.#context;
    if (context === undefined || value === '') return;
    const claim: Claim = {
      fact: 'claim',
      timeUs: context.timeUs,
      frame: context.frame,
      host: this.#host,
      unit: this.#unit,
      attribute,
      value,
      source: this.#source,
      trust,
    };
    context.sink.claim(claim);
  }
}

/** Offset of the length of the project's name, from the body on. */
const PROJECT_NAME_LENGTH = 38;

/** Text without the zero bytes and blanks that fill fixed fields. */
function text(bytes: Uint8Array, start: number, end: number): string {
  let stop = end;
  while (stop > start && bytes[stop - 1]! === 0) stop--;
  return printable(bytes, start, stop).trim();
}

function longestText(bytes: Uint8Array, start: number, end: number): { start: number; size: number } {
  let best = { start, size: 0 };
  let from = start;
  for (let at = start; at <= end; at++) {
    if (at < end && bytes[at]! >= 0x20 && bytes[at]! < 0x7f) continue;
    if (at - from > best.size) best = { start: from, size: at - from };
    from = at + 1;
  }
  return best;
}

/** The run indicator stands right behind the server id: after a text, or as the second byte after a one-byte id. */
function runIndicator(bytes: Uint8Array, start: number, end: number, textStart: number, textSize: number): number {
  const at = textSize >= 4 && textStart === start ? textStart + textSize : start + 1;
  if (at >= end) return -1;
  const indicator = bytes[at]!;
  return indicator === 0 || indicator === 0xff ? indicator : -1;
}

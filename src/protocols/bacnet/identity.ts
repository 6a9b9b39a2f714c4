// What devices say of themselves, as claims: I-Am, Who-Am-I, and the properties of the device object. Rare messages:
// plain code with objects.
import { bacnetVendor } from '../../../knowledge/bacnet-vendors.ts';
import { printable } from '../../bytes/text.ts';
import { u16be, u32be } from '../../bytes/endian.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { DEVICE_STATUS_NAMES, OBJECT_TYPE_DEVICE, Property } from './names.ts';
import type { ObjectReference } from './objects.ts';
import { Tag, TagReader } from './tags.ts';
import type { ValueReader } from './values.ts';

const TEXT_ATTRIBUTES: ReadonlyMap<number, ClaimAttribute> = new Map([
  [Property.vendorName, 'vendor'],
  [Property.modelName, 'model'],
  [Property.firmwareRevision, 'firmware'],
  [Property.applicationSoftwareVersion, 'application'],
  [Property.serialNumber, 'serial'],
  [Property.objectName, 'name'],
]);

/** A vendor by its number: the device says the number, the name is ours. Its own words count for more. */
const LOOKED_UP = 0.8;
/** The instance of a device that has been given none (12.11). */
const UNCONFIGURED = 0x3f_ffff;
const TEXT_BYTES_MAX = 512;
/** Character sets (20.2.9). */
export const Charset = { utf8: 0, ucs4: 3, ucs2: 4, latin1: 5 } as const;

export class IdentityClaims {
  #context: MessageContext | null = null;
  #host = 0;
  #unit = -1;
  readonly #reader = new TagReader();

  /** The message that is being read, the host and the device behind it that tells; null: nobody that is known. */
  get context(): MessageContext | null {
    return this.#context;
  }

  get host(): number {
    return this.#host;
  }

  get unit(): number {
    return this.#unit;
  }

  /** Whom the claims are about until the next call; null: they cannot be pinned to anybody. */
  about(context: MessageContext | null, host: number, unit: number): void {
    this.#context = context;
    this.#host = host;
    this.#unit = unit;
  }

  /** A property of an object was told. */
  told(object: ObjectReference, value: ValueReader, bytes: Uint8Array): void {
    if (object.objectType !== OBJECT_TYPE_DEVICE || object.index >= 0) return;
    const attribute = TEXT_ATTRIBUTES.get(object.property);
    if (attribute !== undefined) {
      if (value.tag !== Tag.characterString) return;
      this.#claim(attribute, characters(bytes, value.contentStart, value.contentEnd), 'bacnet device object');
    } else if (object.property === Property.vendorIdentifier && value.tag === Tag.unsigned) {
      this.#claim('vendor', bacnetVendor(value.number), 'bacnet vendor identifier', LOOKED_UP);
    } else if (object.property === Property.systemStatus && value.tag === Tag.enumerated) {
      this.#claim('run-state', DEVICE_STATUS_NAMES[value.number] ?? `status ${value.number}`, 'bacnet device object');
    }
  }

  /** Device instance and vendor of an I-Am. `vendor` -1 where it was not told. */
  fromIAm(instance: number, vendor: number, source: string): void {
    if (instance < UNCONFIGURED) this.#claim('name', `device ${instance}`, source, Trust.inferred);
    if (vendor >= 0) this.#claim('vendor', bacnetVendor(vendor), source, LOOKED_UP);
  }

  /** Parameters of Who-Am-I: vendor identifier, model name, serial number. */
  fromWhoAmI(bytes: Uint8Array, start: number, end: number): void {
    const reader = this.#reader;
    if (!reader.isApplication(bytes, start, end, Tag.unsigned)) return;
    this.#claim('vendor', bacnetVendor(reader.unsigned(bytes)), 'bacnet Who-Am-I', LOOKED_UP);
    for (const attribute of ['model', 'serial'] as const) {
      if (!reader.isApplication(bytes, reader.next, end, Tag.characterString)) return;
      this.#claim(attribute, characters(bytes, reader.start, reader.next), 'bacnet Who-Am-I');
    }
  }

  /** It says that it routes to other networks. */
  fromRouter(): void {
    this.#claim('role', 'gateway', 'bacnet I-Am-Router-To-Network');
  }

  #claim(attribute: ClaimAttribute, value: string, source: string, trust?: number): void {
    if (this.#context !== null) claim(this.#context, this.#host, this.#unit, attribute, value, source, trust);
  }
}

/** A character string (20.2.9): one octet for the character set, then the text. Text of other sets is not read. */
export function characters(bytes: Uint8Array, start: number, end: number): string {
  if (start >= end) return '';
  const from = start + 1;
  const to = Math.min(end, from + TEXT_BYTES_MAX);
  let text = '';
  switch (bytes[start]) {
    case Charset.utf8:
      return printable(bytes, from, to);
    case Charset.latin1:
      for (let at = from; at < to; at++) text += String.fromCharCode(bytes[at]!);
      return text;
    case Charset.ucs2:
      for (let at = from; at + 2 <= to; at += 2) text += String.fromCharCode(u16be(bytes, at));
      return text.toWellFormed();
    case Charset.ucs4:
      for (let at = from; at + 4 <= to; at += 4) text += codePoint(u32be(bytes, at));
      return text.toWellFormed();
    default:
      return '';
  }
}

const CODE_POINT_MAX = 0x10_ffff;

function codePoint(code: number): string {
  return code <= CODE_POINT_MAX ? String.fromCodePoint(code) : '\ufffd';
}

// What Edimax devices say of themselves: to their maker's servers in XML whose bits are rotated, and in the local network
// in a record of fixed fields. Only what names a device is read; what relays and passwords are about is passed over.
import { printable } from '../../bytes/text.ts';

/** `<`; the first byte is so much and by how many bits all others were rotated. */
const FIRST_BYTE = 0x3c;
const ROTATIONS = 8;
/** Behind the first byte. */
const OPENING = 'param>';
const TEXT_MAX = 2048;
const VALUE_MAX = 64;

const MAKER = 'EDIMAX';
const MAKER_AT = 6;
/** 0 asks who is there, 1 answers. */
const KIND_AT = 18;
const MODEL_AT = 22;
const FIRMWARE_AT = 36;
const NAME_AT = 44;
const NAME_END = 172;
/** Maker's name, kind and three bytes that are always the same. */
const ASKING_SIZE = 22;

export interface EdimaxDevice {
  readonly vendor: string;
  readonly model: string;
  readonly hardware: string;
  readonly firmware: string;
  readonly name: string;
}

/** XML as it is exchanged with the maker's servers and told to the local network. */
export function isRotated(bytes: Uint8Array, start: number, end: number): boolean {
  const by = bytes[start]! - FIRST_BYTE;
  if (end - start <= OPENING.length || by < 0 || by >= ROTATIONS) return false;
  for (let at = 0; at < OPENING.length; at++) {
    if (rotated(bytes[start + 1 + at]!, by) !== OPENING.charCodeAt(at)) return false;
  }
  return true;
}

/** The record of the local network, asking or answering. */
export function isRecord(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < ASKING_SIZE || bytes[start + KIND_AT]! > 1) return false;
  for (let at = 0; at < MAKER.length; at++) {
    if (bytes[start + MAKER_AT + at] !== MAKER.charCodeAt(at)) return false;
  }
  return bytes[start + MAKER_AT + MAKER.length] === 0;
}

export function isAnswer(bytes: Uint8Array, start: number, end: number): boolean {
  return isRecord(bytes, start, end) && bytes[start + KIND_AT] === 1;
}

/** The number of a rotated message, which says what it is about; -1 where it has none. */
export function codeOf(text: string): number {
  const found = /<code value="(\d{1,5})"/.exec(text);
  return found === null ? -1 : Number(found[1]);
}

/** The text of a rotated message, cut. */
export function textOf(bytes: Uint8Array, start: number, end: number): string {
  const by = bytes[start]! - FIRST_BYTE;
  const stop = Math.min(end, start + TEXT_MAX);
  let text = '<';
  for (let at = start + 1; at < stop; at++) text += String.fromCharCode(rotated(bytes[at]!, by));
  return text;
}

/** Who registers. `productid` is `EDIMAX#SP-1101W#1.0#1.09`: maker, model, hardware, firmware; older devices have none. */
export function readRegistration(text: string): EdimaxDevice {
  const [vendor = '', product = '', hardware = '', firmware = ''] = valueOf(text, 'productid').split('#');
  const model = valueOf(text, 'model');
  return {
    vendor,
    model: model === '' ? product : model,
    hardware,
    firmware: firmware === '' ? (valueOf(text, 'devfwver').split('#')[0] ?? '') : firmware,
    name: valueOf(text, 'alias'),
  };
}

export function readAnswer(bytes: Uint8Array, start: number, end: number): EdimaxDevice {
  const field = (from: number, to: number): string => {
    let stop = start + from;
    while (stop < Math.min(end, start + to) && bytes[stop] !== 0) stop++;
    return printable(bytes, start + from, stop, VALUE_MAX);
  };
  return {
    vendor: MAKER,
    model: field(MODEL_AT, FIRMWARE_AT),
    hardware: '',
    firmware: field(FIRMWARE_AT, NAME_AT),
    name: field(NAME_AT, NAME_END),
  };
}

function rotated(byte: number, by: number): number {
  return ((byte << by) | (byte >> (8 - by))) & 0xff;
}

function valueOf(text: string, element: string): string {
  return new RegExp(`<${element} value="([^"<>]{0,${VALUE_MAX}})"`).exec(text)?.[1] ?? '';
}

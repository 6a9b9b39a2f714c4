// Numbers out of a payload: a text that is one number, the members of JSON, records of SenML (RFC 8428), and resources of
// LwM2M in TLV (OMA LwM2M core 1.0, clause 6.4.3).
import { JsonNumbers, MEMBERS_MAX, NumberReader, isSpace } from '../written-numbers.ts';
import { Format } from './messages.ts';

/** Longer payloads are files. */
const PAYLOAD_BYTES_MAX = 4096;
const DEPTH_MAX = 4;

/** What one payload holds. A value without a name is the value of the Uri-Path itself. */
export class PayloadValues {
  count = 0;
  readonly numbers = new Float64Array(MEMBERS_MAX);
  readonly names: string[] = [];
  readonly #reader = new NumberReader();
  readonly #json = new JsonNumbers();

  read(format: number, bytes: Uint8Array, start: number, end: number): void {
    this.count = 0;
    this.names.length = 0;
    if (end <= start || end - start > PAYLOAD_BYTES_MAX) return;
    switch (format) {
      case Format.none:
      case Format.text:
        this.#text(bytes, start, end);
        break;
      case Format.json:
        if (bytes[start] === 0x7b) this.#members(bytes, start, end);
        else this.#text(bytes, start, end);
        break;
      case Format.senml:
      case Format.jsonOld:
      case Format.lwm2mJson:
        this.#records(bytes, start, end);
        break;
      case Format.tlv:
      case Format.tlvOld:
        eachResource(bytes, start, end, '', 0, (name, from, to) => {
          if (!isText(bytes, from, to)) this.#add(name, tlvNumber(name, bytes, from, to));
        });
        break;
    }
  }

  #add(name: string, value: number): void {
    if (this.count >= MEMBERS_MAX || !Number.isFinite(value)) return;
    this.names.push(name);
    this.numbers[this.count++] = value;
  }

  #text(bytes: Uint8Array, start: number, end: number): void {
    let from = start;
    let to = end;
    while (from < to && isSpace(bytes[from]!)) from++;
    while (to > from && isSpace(bytes[to - 1]!)) to--;
    if (from === to || !this.#reader.read(bytes, from, to) || this.#reader.end !== to) return;
    this.#add('', this.#reader.value);
  }

  #members(bytes: Uint8Array, start: number, end: number): void {
    const json = this.#json;
    if (!json.scan(bytes, start, end)) return;
    for (let index = 0; index < json.count; index++) {
      const name = Buffer.from(json.names.subarray(json.nameStart(index), json.nameEnds[index])).toString('latin1');
      this.#add(name, json.values[index]!);
    }
  }

  #records(bytes: Uint8Array, start: number, end: number): void {
    let parsed: unknown;
    try {
      parsed = JSON.parse(Buffer.from(bytes.subarray(start, end)).toString('utf8'));
    } catch {
      return;
    }
    // The JSON of LwM2M 1.0 has the records under `e`, the base name beside them.
    const isOld = isRecord(parsed) && Array.isArray(parsed['e']);
    const list: unknown = isOld ? (parsed as Record<string, unknown>)['e'] : parsed;
    if (!Array.isArray(list)) return;
    let base = isOld ? textOf((parsed as Record<string, unknown>)['bn']) : '';
    for (const record of list as unknown[]) {
      if (!isRecord(record)) continue;
      if (typeof record['bn'] === 'string') base = record['bn'];
      const value = record['v'] ?? record['vb'] ?? record['bv'];
      const number = typeof value === 'boolean' ? Number(value) : value;
      if (typeof number === 'number') this.#add(base + textOf(record['n']), number);
    }
  }
}

/** Calls `tell` for every resource with a value: its numbers from the outermost in, and where the value stands. */
export function eachResource(
  bytes: Uint8Array,
  start: number,
  end: number,
  prefix: string,
  depth: number,
  tell: (name: string, from: number, to: number) => void,
): void {
  let at = start;
  while (at + 2 <= end) {
    const type = bytes[at++]!;
    let id = bytes[at++]!;
    if ((type & 0x20) !== 0) id = (id << 8) | (bytes[at++] ?? 0);
    let length = type & 7;
    const lengthBytes = (type >> 3) & 3;
    if (lengthBytes > 0) {
      length = 0;
      for (let index = 0; index < lengthBytes; index++) length = length * 256 + (bytes[at++] ?? 0);
    }
    if (at + length > end) return;
    const name = prefix === '' ? String(id) : `${prefix}/${id}`;
    const kind = type >> 6;
    // 0 an instance of the object, 2 a resource with several values: what is inside is told.
    if (kind === 1 || kind === 3) tell(name, at, at + length);
    else if (depth < DEPTH_MAX) eachResource(bytes, at, at + length, name, depth + 1, tell);
    at += length;
  }
}

/** Sensors of the IPSO objects have floats under these numbers; whole numbers are signed (clause 6.4.3, appendix C). */
function tlvNumber(name: string, bytes: Uint8Array, start: number, end: number): number {
  const id = Number(name.slice(name.lastIndexOf('/') + 1));
  const isFloat = (id >= 5600 && id <= 5605) || (id >= 5700 && id <= 5705) || id === 5805 || id === 5820;
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
  switch (end - start) {
    case 1:
      return view.getInt8(0);
    case 2:
      return view.getInt16(0);
    case 4:
      return isFloat ? view.getFloat32(0) : view.getInt32(0);
    case 8:
      return isFloat ? view.getFloat64(0) : Number(view.getBigInt64(0));
    default:
      return NaN;
  }
}

/** Four or eight letters are more likely a text than a number. */
function isText(bytes: Uint8Array, start: number, end: number): boolean {
  if (end - start < 4) return false;
  for (let at = start; at < end; at++) if (bytes[at]! < 0x20 || bytes[at]! > 0x7e) return false;
  return true;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

// DNP3 as tshark shows it, and as our operations tell it, in one spelling: every application fragment with its points.
import { Encoding, type Operation } from '../../src/facts/operation.ts';
import { hex } from '../../src/bytes/text.ts';
import { frameOf } from '../../src/facts/frame-reference.ts';
import type { MessageContext } from '../../src/facts/protocol.ts';
import { Verb } from '../../src/facts/verbs.ts';
import { CodeFirst, LINK_FUNCTION_FIRST, refusalOf } from '../../src/protocols/dnp3/messages.ts';
import { Space, spaceOfGroup } from '../../src/protocols/dnp3/objects.ts';
import { crobState } from '../../src/protocols/dnp3/point-runs.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkField, type TsharkFrame, type TsharkLayer, fieldOf, fieldsOf } from './tshark.ts';

/** tshark shows objects that are cut, and says that they are; those are not compared. */
const MALFORMED = '_ws.malformed';
/** tshark has no preference for other ports. */
const PORT = 20_000;
const FIRST_RESPONSE = 128;
const UNSOLICITED = 130;
const AUTHENTICATION_RESPONSE = 131;
const AUTHENTICATION_REQUEST = 32;
const AUTHENTICATION = 120;
/** Transport octet of a link frame. */
const TRANSPORT_AT = 10;
const SEQUENCE = 0x3f;
const COMMON_TIME = 51;
const CLASS = 60;
const FILE = 70;

/**
 * Frames in which the sequence of the segments begins anew: tshark loses its place there, so that the fragment, or another
 * one later, is not put together. Of the capture that our side read last.
 */
let wrappedFrames = new Set<number>();

export const dnp3Mapping: Mapping = {
  protocols: ['dnp3'],
  layers: ['dnp3', MALFORMED],
  displayFilter: 'dnp3',
  preferences: () => [],
  theirs,
  ours: () => new OurDnp3(),
};

function theirs(frame: TsharkFrame): Reading[] {
  if (wrappedFrames.has(frame.number)) return [];
  const isMalformed = frame.layers.some(({ name }) => name === MALFORMED);
  return frame.layers.flatMap((layer) => {
    // A fragment that ends in the same frame is shown with its first segment, too.
    if (layer.name === MALFORMED || fieldOf(layer, 'dnp3.tr.fin') === '0') return [];
    const code = fieldOf(layer, 'dnp3.al.func');
    if (code !== undefined) return [theirFragment(frame.number, Number(code), layer, isMalformed)];
    const link = theirLink(frame.number, layer);
    return link === null ? [] : [link];
  });
}

/** Requests of the link layer; answers have no number of their own in our facts. */
function theirLink(frame: number, layer: TsharkLayer): Reading | null {
  const code = Number(fieldOf(layer, 'dnp3.ctl.prifunc') ?? -1);
  if (code < 0 || code === 3 || code === 4) return null;
  const unit = fieldOf(layer, fieldOf(layer, 'dnp3.ctl.dir') === '1' ? 'dnp3.dst' : 'dnp3.src') ?? '';
  return { frame, protocol: 'dnp3', function: `link ${code}`, side: 'request', fields: new Map([['unit', unit]]) };
}

function theirFragment(frame: number, code: number, layer: TsharkLayer, isMalformed: boolean): Reading {
  const isAnswer = code >= FIRST_RESPONSE;
  const fields = new Map<string, string>();
  fields.set('unit', fieldOf(layer, isAnswer ? 'dnp3.src' : 'dnp3.dst') ?? '');
  const objects = fieldsOf(layer, 'dnp3.al.obj');
  const groups = objects.map(({ show }) => Number(show) >> 8);
  // Aggressive mode puts authentication before the objects of the request.
  const group = groups.find((one) => one !== AUTHENTICATION || code === AUTHENTICATION_REQUEST);
  if (!isAnswer && group !== undefined) fields.set('group', String(group));
  const points = theirPoints(layer);
  if (code !== 1 && points.length > 0 && !isMalformed) fields.set('points', points.join(' '));
  const name = fieldOf(layer, 'dnp3.al.file_name');
  if (name !== undefined) fields.set('name', name);
  const data = fieldsOf(layer, 'dnp3.al.file.data')[0];
  if (data !== undefined) fields.set('data', data.value);
  if (isAnswer && code !== UNSOLICITED) fields.set('outcome', theirOutcome(layer, points.length > 0));
  return { frame, protocol: 'dnp3', function: `function ${code}`, side: isAnswer ? 'answer' : 'request', fields };
}

function theirOutcome(layer: TsharkLayer, hasPoints: boolean): string {
  const statuses = [
    ...fieldsOf(layer, 'dnp3.al.ctrlstatus').map(({ show }) => Number(show)),
    ...fieldsOf(layer, 'dnp3.al.file.status').map(({ show }) => CodeFirst.file + Number(show)),
  ].filter((status) => (status & 0xff) !== 0);
  if (statuses.length > 0) return String(statuses[0]);
  const indications = Number(fieldOf(layer, 'dnp3.al.iin') ?? 0);
  // The second octet is in the low half here.
  const code = refusalOf(((indications & 0xff) << 8) | (indications >> 8));
  return hasPoints ? '0' : String(code);
}

const VALUE_FIELDS = new Set([
  'dnp3.al.bit',
  'dnp3.al.2bit',
  'dnp3.al.biq.b7',
  'dnp3.al.boq.b7',
  'dnp3.al.bocs',
  'dnp3.al.ana.int',
  'dnp3.al.ana.float',
  'dnp3.al.ana.double',
  'dnp3.al.anaout.int',
  'dnp3.al.anaout.float',
  'dnp3.al.anaout.double',
  'dnp3.al.cnt',
  'dnp3.al.time_delay',
  'dnp3.al.octet_string',
]);
const BIT_FIELDS = new Set(['dnp3.al.bit', 'dnp3.al.biq.b7', 'dnp3.al.boq.b7', 'dnp3.al.bocs', 'dnp3.al.2bit']);

/** `space index value`, a question mark where the flags say so, in the order of the message. */
function theirPoints(layer: TsharkLayer): string[] {
  const points: string[] = [];
  let group = -1;
  let variation = 0;
  let index = '';
  let value = '';
  let isDoubtful = false;
  let code = -1;
  const flush = (): void => {
    if (index !== '' && hasPoints(group)) points.push(pointText(spaceOfGroup(group), index, value, isDoubtful));
    index = value = '';
    isDoubtful = false;
  };
  for (const field of layer.fields) {
    const { name, show } = field;
    if (name === 'dnp3.al.obj') {
      flush();
      group = Number(show) >> 8;
      variation = Number(show) & 0xff;
    } else if (name === 'dnp3.al.point_index' || name === 'dnp3.al.index') {
      flush();
      // Of a device attribute the variation says which it is.
      index = group === 0 ? String(variation) : show;
    } else if (spaceOfGroup(group) === Space.doubleBitInput && name.startsWith('dnp3.al.biq.b')) {
      // Two bits of flags, shown as those of a single bit.
      if (name.endsWith('b7')) value = String(Number(show) * 2);
      else if (name.endsWith('b6')) value = String(Number(value) + Number(show));
      else isDoubtful ||= isDoubt(field);
    } else if (VALUE_FIELDS.has(name) || /^dnp3\.al\.da\.(value|u?int|float|double)/.test(name))
      value = valueText(field);
    else if (name === 'dnp3.ctl.op') code = Number(show);
    else if (name === 'dnp3.ctl.trip') {
      const state = crobState(code | (Number(show) << 6));
      value = state < 0 ? '' : String(state);
    } else isDoubtful ||= isDoubt(field);
  }
  flush();
  return points;
}

function hasPoints(group: number): boolean {
  return (
    group !== COMMON_TIME &&
    group !== CLASS &&
    group !== FILE &&
    group !== AUTHENTICATION &&
    spaceOfGroup(group) !== Space.other
  );
}

function valueText({ name, show, value }: TsharkField): string {
  return BIT_FIELDS.has(name) ? String(Number(show)) : value;
}

function isDoubt({ name, show }: TsharkField): boolean {
  const match = /^dnp3\.al\.(biq|boq|ctrq|aiq|aoq)\.b([0-6])$/.exec(name);
  if (match === null) return false;
  const bit = Number(match[2]);
  if (bit === 0) return show === '0';
  if (show === '0') return false;
  return bit <= 4 || (bit === 5 && match[1] === 'biq') || match[1] === 'aiq';
}

function pointText(space: number, index: string, value: string, isDoubtful: boolean): string {
  // tshark counts times and delays from 0.
  const where = space === Space.time ? '' : index;
  return `${space} ${where}${value === '' ? '' : `=${value}`}${isDoubtful ? '?' : ''}`;
}

interface OurReading extends Reading {
  readonly fields: Map<string, string>;
}

/** Operations of one message stand together; each is part of what its request says and of what its answer says. */
class OurDnp3 implements OurReader {
  readonly #readings: OurReading[] = [];
  readonly #requests = new Map<string, OurReading>();
  readonly serverPorts = new Map<number, string>();
  /** Number of the message that is decoded. */
  #message = 0;
  #lastRequest = { key: '', message: -1, reading: null as OurReading | null };
  #lastAnswer = { message: -1, reading: null as OurReading | null };

  readonly #wrapped = (wrappedFrames = new Set<number>());
  readonly #sequences = new Map<string, number>();

  message(_protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.#message++;
    if (end - start <= TRANSPORT_AT || (bytes[start + 3]! & 0x0f) < 3 || (bytes[start + 3]! & 0x0f) > 4) return;
    const direction = `${context.flow} ${String(context.fromClient)} ${hex(bytes, start + 4, start + 8)}`;
    const sequence = bytes[start + TRANSPORT_AT]! & SEQUENCE;
    if (sequence === 0 && this.#sequences.get(direction) === SEQUENCE) this.#wrapped.add(frameOf(context.frame));
    this.#sequences.set(direction, sequence);
  }

  operation(operation: Operation): void {
    if (operation.serverPort !== PORT && operation.clientPort !== PORT) return;
    const code = operation.function;
    if (code >= LINK_FUNCTION_FIRST) {
      const frame = frameOf(operation.requestFrame) || frameOf(operation.answerFrame);
      this.#reading(frame, `link ${code - LINK_FUNCTION_FIRST}`, 'request', operation);
      return;
    }
    if (operation.requestFrame !== 0) this.#request(operation);
    if (operation.answerFrame !== 0) this.#answer(operation);
  }

  readings(): Reading[] {
    return this.#readings.filter(({ frame }) => !this.#wrapped.has(frame));
  }

  #request(operation: Operation): void {
    const { function: code, subfunction, clientPort, unit, timeUs } = operation;
    const frame = frameOf(operation.requestFrame);
    const key = `${frame} ${timeUs} ${code} ${unit} ${clientPort}`;
    const last = this.#lastRequest;
    let reading = last.key === key && last.message === this.#message ? last.reading : null;
    // A read goes on in the next fragment of its answer.
    if (code === 1) reading ??= this.#requests.get(key) ?? null;
    if (reading === null) {
      reading = this.#reading(frame, `function ${code}`, 'request', operation);
      if (subfunction >= 0) reading.fields.set('group', String(subfunction));
      if (code === 1) this.#requests.set(key, reading);
    }
    this.#lastRequest = { key, message: this.#message, reading };
    if (code !== 1) addObjects(reading, operation);
  }

  #answer(operation: Operation): void {
    const frame = frameOf(operation.answerFrame);
    let { reading } = this.#lastAnswer;
    if (reading === null || this.#lastAnswer.message !== this.#message) {
      const code = answerCode(operation);
      reading = this.#reading(frame, `function ${code}`, 'answer', operation);
      reading.fields.set('outcome', '0');
      this.#lastAnswer = { message: this.#message, reading };
    }
    if (operation.code !== 0 && reading.fields.get('outcome') === '0') {
      reading.fields.set('outcome', String(operation.code));
    }
    addObjects(reading, operation);
  }

  #reading(frame: number, name: string, side: 'request' | 'answer', operation: Operation): OurReading {
    const fields = new Map([['unit', String(operation.unit)]]);
    const reading: OurReading = { frame, protocol: 'dnp3', function: name, side, fields };
    this.#readings.push(reading);
    return reading;
  }
}

function answerCode(operation: Operation): number {
  if (operation.verb === Verb.report) return 130;
  if (operation.function === AUTHENTICATION_RESPONSE || operation.function === AUTHENTICATION_REQUEST)
    return AUTHENTICATION_RESPONSE;
  return 129;
}

function addObjects(reading: OurReading, operation: Operation): void {
  const { nameBytes, nameStart, nameEnd, space } = operation;
  const data = hexOf(operation, 0);
  if (space === Space.file) {
    reading.fields.set('name', Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString('latin1'));
    if (data !== '') reading.fields.set('data', data);
    return;
  }
  // A restart is answered with the time it takes.
  const isDelay = operation.verb === Verb.restart && operation.valueCount > 0 && reading.side === 'answer';
  if (!isDelay && (space === Space.class || space === Space.none || space === Space.other)) return;
  const points = isDelay ? pointText(Space.time, '', data, false) : pointsOf(operation).join(' ');
  const before = reading.fields.get('points');
  reading.fields.set('points', before === undefined ? points : `${before} ${points}`);
}

function pointsOf(operation: Operation): string[] {
  const { first, count, space, valueCount, isQuestionable } = operation;
  return Array.from({ length: Math.min(count, 1 << 20) }, (_, index) => {
    const value = index < valueCount ? hexOf(operation, index) : '';
    return pointText(space, first < 0 ? '' : String(first + index), value, isQuestionable);
  });
}

/** Bits as 0 and 1, double bits as a number, all else as it stands on the wire. */
function hexOf(operation: Operation, index: number): string {
  const { bytes, valuesStart, valueSize, encoding, space, valueCount } = operation;
  if (encoding === Encoding.none || valueCount === 0) return '';
  if (encoding === Encoding.bits) return String((bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1);
  const start = valuesStart + index * valueSize;
  if (space === Space.doubleBitInput) return String(bytes[start]!);
  const hex = Buffer.from(bytes.subarray(start, start + valueSize)).toString('hex');
  return space === Space.time && valueSize === 8 ? '' : hex;
}

// IEC 60870-5-104 as tshark shows it, and as our frames and operations tell it, in one spelling.
import { Encoding, Outcome, type Operation } from '../../src/facts/operation.ts';
import { frameOf } from '../../src/facts/frame-reference.ts';
import type { MessageContext } from '../../src/facts/protocol.ts';
import { Verb } from '../../src/facts/verbs.ts';
import { APCI } from '../../src/protocols/iec104/apci.ts';
import { Asdu } from '../../src/protocols/iec104/parse.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkField, type TsharkFrame, type TsharkLayer, fieldOf } from './tshark.ts';

const PORT = 2404;

export const iec104Mapping: Mapping = {
  protocols: ['iec104'],
  layers: ['iec60870_104', 'iec60870_asdu'],
  displayFilter: 'iec60870_104',
  preferences: () => [],
  theirs,
  ours: () => new OurIec104(),
};

/** Fields of an object that carry its value: as bytes where it has several octets, else as a number. */
const VALUE_FIELDS: Readonly<Record<string, 'show' | 'value'>> = {
  'iec60870_asdu.siq.spi': 'show',
  'iec60870_asdu.diq.dpi': 'show',
  'iec60870_asdu.vti.v': 'show',
  'iec60870_asdu.float': 'value',
  'iec60870_asdu.normval': 'value',
  'iec60870_asdu.scalval': 'value',
  'iec60870_asdu.bitstring': 'value',
  'iec60870_asdu.bcr.count': 'value',
  'iec60870_asdu.sco.on': 'show',
  'iec60870_asdu.dco.on': 'show',
  'iec60870_asdu.rco.up': 'show',
  'iec60870_asdu.coi': 'show',
};
const QUALIFIER_FIELDS = new Set([
  'iec60870_asdu.sco.qu',
  'iec60870_asdu.dco.qu',
  'iec60870_asdu.rco.qu',
  'iec60870_asdu.qos.ql',
  'iec60870_asdu.qoi',
  'iec60870_asdu.qcc',
  'iec60870_asdu.qrp',
  'iec60870_asdu.qpm.kpa',
]);
const SELECT_FIELDS = new Set([
  'iec60870_asdu.sco.se',
  'iec60870_asdu.dco.se',
  'iec60870_asdu.rco.se',
  'iec60870_asdu.qos.se',
]);
/** Quality bits that spoil a value. */
const QUALITY_FIELD = /^iec60870_asdu\.(?:siq|diq|qds)\.(?:ov|bl|sb|nt|iv)$|^iec60870_asdu\.bcr\.iv$/;
/** A float of four octets, least significant first, that is infinite or not a number. */
const NOT_FINITE = /^....[89a-f].[7f]f$/;
const TERMINATED = 10;

/** The frame layer is followed by its ASDU, where it has one. */
function theirs(frame: TsharkFrame, serverPorts: ReadonlyMap<number, string>): Reading[] {
  const isRequest = frame.destinationPort === PORT || serverPorts.has(frame.destinationPort);
  const readings: Reading[] = [];
  for (const [index, layer] of frame.layers.entries()) {
    if (layer.name !== 'iec60870_104') continue;
    const next = frame.layers[index + 1];
    readings.push(theirReading(frame.number, isRequest, layer, next?.name === 'iec60870_asdu' ? next : undefined));
  }
  return readings;
}

function theirReading(frame: number, isRequest: boolean, layer: TsharkLayer, asdu: TsharkLayer | undefined): Reading {
  const kind = Number(fieldOf(layer, 'iec60870_104.type') ?? 0);
  const fields = new Map<string, string>();
  copy(fields, 'length', layer, 'iec60870_104.apdulen');
  copy(fields, 'send number', layer, 'iec60870_104.tx');
  copy(fields, 'receive number', layer, 'iec60870_104.rx');
  let name = kind === 1 ? 'S' : 'U';
  if (kind === 3) name = `U ${controlName(Number(fieldOf(layer, 'iec60870_104.utype') ?? 0) << 2)}`;
  if (kind === 0) {
    name = asdu === undefined ? 'I' : `type ${fieldOf(asdu, 'iec60870_asdu.typeid') ?? ''}`;
    if (asdu !== undefined) theirAsdu(fields, asdu);
  }
  return { frame, protocol: 'iec104', function: name, side: isRequest ? 'request' : 'answer', fields };
}

function theirAsdu(fields: Map<string, string>, asdu: TsharkLayer): void {
  copy(fields, 'number', asdu, 'iec60870_asdu.numix');
  copy(fields, 'sequence', asdu, 'iec60870_asdu.sq');
  copy(fields, 'cause', asdu, 'iec60870_asdu.causetx');
  copy(fields, 'negative', asdu, 'iec60870_asdu.nega');
  copy(fields, 'test', asdu, 'iec60870_asdu.test');
  copy(fields, 'originator', asdu, 'iec60870_asdu.oa');
  copy(fields, 'station', asdu, 'iec60870_asdu.addr');
  const cause = Number(fields.get('cause'));
  if (cause === TERMINATED) return;
  const objects: string[] = [];
  let open: TsharkField[] = [];
  for (const field of [...asdu.fields, { name: 'iec60870_asdu.ioa', show: '', value: '' }]) {
    if (field.name === 'iec60870_asdu.ioa' && open.length > 0) {
      const text = theirObject(open);
      if (text !== '') objects.push(text);
      open = [];
    }
    if (field.name === 'iec60870_asdu.ioa' || open.length > 0) open.push(field);
    if (QUALIFIER_FIELDS.has(field.name)) fields.set('qualifier', String(Number(field.show)));
    if (SELECT_FIELDS.has(field.name) && (cause === 6 || cause === 7)) fields.set('select', bit(field.show));
  }
  if (objects.length > 0) fields.set('objects', objects.join(' '));
  if (cause === 7 || cause === 9) fields.set('outcome', fields.get('negative') === '1' ? 'refused' : 'ok');
}

/** `address:value`, with a question mark where the quality spoils it; '' where tshark shows no value. */
function theirObject(fields: readonly TsharkField[]): string {
  const value = fields.find(({ name }) => VALUE_FIELDS[name] !== undefined);
  if (value === undefined) return '';
  const isMarked = fields.some(({ name, show }) => QUALITY_FIELD.test(name) && bit(show) === '1');
  const isSpoilt = isMarked || (value.name === 'iec60870_asdu.float' && NOT_FINITE.test(value.value));
  const text = VALUE_FIELDS[value.name] === 'value' ? value.value : String(Number(bit(value.show)));
  return `${fields[0]!.show}:${text}${isSpoilt ? '?' : ''}`;
}

function bit(show: string): string {
  return show === 'True' ? '1' : show === 'False' ? '0' : show;
}

function copy(fields: Map<string, string>, name: string, layer: TsharkLayer, field: string): void {
  const show = fieldOf(layer, field);
  if (show !== undefined) fields.set(name, bit(show));
}

function controlName(octet: number): string {
  return `0x${octet.toString(16).padStart(2, '0')}`;
}

interface OurReading extends Reading {
  readonly fields: Map<string, string>;
  /** By address, as operations told them. */
  readonly objects: Map<number, string>;
  readonly type: number;
  readonly station: number;
}

/** Frames give their headers; operations give objects, qualifiers, outcomes. */
class OurIec104 implements OurReader {
  readonly serverPorts = new Map<number, string>();
  readonly #readings: OurReading[] = [];
  readonly #byFrame = new Map<number, OurReading[]>();
  readonly #asdu = new Asdu();
  #current: OurReading | null = null;

  message(_protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    this.serverPorts.set(context.serverPort, 'iec104');
    const asdu = this.#asdu;
    const control = bytes[start + 2]!;
    const fields = new Map<string, string>();
    fields.set('length', String(bytes[start + 1]));
    let name = 'S';
    let type = -1;
    if ((control & 3) === 3) name = `U ${controlName(control & ~3)}`;
    else fields.set('receive number', String((bytes[start + 4]! | (bytes[start + 5]! << 8)) >> 1));
    if ((control & 1) === 0) {
      fields.set('send number', String((control | (bytes[start + 3]! << 8)) >> 1));
      asdu.parse(bytes, start + APCI, end);
      type = asdu.isShort ? -1 : asdu.type;
      name = asdu.isShort ? 'I' : `type ${type}`;
      if (!asdu.isShort) headerOf(fields, asdu, bytes[start + APCI + 1]!);
    }
    const reading: OurReading = {
      frame: frameOf(context.frame),
      protocol: 'iec104',
      function: name,
      side: context.fromClient ? 'request' : 'answer',
      fields,
      objects: new Map(),
      type,
      station: asdu.commonAddress,
    };
    this.#readings.push(reading);
    this.#current = reading;
    const list = this.#byFrame.get(reading.frame);
    if (list === undefined) this.#byFrame.set(reading.frame, [reading]);
    else list.push(reading);
  }

  operation(operation: Operation): void {
    const request = this.#requestOf(operation);
    const isAnswerNow = frameOf(operation.answerFrame) === this.#current?.frame;
    const answer = operation.answerFrame !== 0 && isAnswerNow ? this.#current : null;
    if (request !== undefined) addTo(request, operation);
    if (answer !== null) {
      addTo(answer, operation);
      answer.fields.set('outcome', operation.outcome === Outcome.ok ? 'ok' : 'refused');
    }
  }

  readings(): Reading[] {
    for (const { fields, objects } of this.#readings) {
      fields.set('objects', [...objects].map(([address, text]) => `${address}:${text}`).join(' '));
    }
    return this.#readings;
  }

  #requestOf(operation: Operation): OurReading | undefined {
    if (operation.requestFrame === 0) return undefined;
    const list = this.#byFrame.get(frameOf(operation.requestFrame)) ?? [];
    const address = Math.max(0, operation.first);
    return list.find(({ type, objects }) => type === operation.function && !objects.has(address));
  }
}

function headerOf(fields: Map<string, string>, asdu: Asdu, qualifier: number): void {
  fields.set('number', String(asdu.number));
  fields.set('sequence', String(qualifier >> 7));
  fields.set('cause', String(asdu.cause));
  fields.set('negative', asdu.isNegative ? '1' : '0');
  fields.set('test', asdu.isTest ? '1' : '0');
  fields.set('originator', String(asdu.originator));
  fields.set('station', String(asdu.commonAddress));
}

function addTo(reading: OurReading, operation: Operation): void {
  const { verb, subfunction, first, isQuestionable, valueCount } = operation;
  if (verb !== Verb.report && subfunction >= 0) reading.fields.set('qualifier', String(subfunction));
  if (verb !== Verb.cancel) reading.fields.set('select', verb === Verb.select ? '1' : '0');
  const count = operation.encoding === Encoding.bytes ? 0 : valueCount;
  for (let index = 0; index < count; index++) {
    reading.objects.set(Math.max(0, first) + index, valueOf(operation, index) + (isQuestionable ? '?' : ''));
  }
}

/** Values of one octet as a number, larger ones as their bytes. */
function valueOf({ bytes, valuesStart, valueSize, encoding }: Operation, index: number): string {
  if (encoding === Encoding.bits) return String((bytes[valuesStart + (index >> 3)]! >> (index & 7)) & 1);
  const at = valuesStart + index * valueSize;
  if (valueSize > 1) return Buffer.from(bytes.subarray(at, at + valueSize)).toString('hex');
  return String(encoding === Encoding.signed ? (bytes[at]! << 24) >> 24 : bytes[at]!);
}

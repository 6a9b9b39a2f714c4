// Modbus as tshark shows it, and as our operations tell it, in one spelling.
import { Encoding, type Operation } from '../../src/facts/operation.ts';
import { frameOf } from '../../src/facts/frame-reference.ts';
import type { MessageContext, Protocol } from '../../src/facts/protocol.ts';
import { Verb } from '../../src/facts/verbs.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkFrame, type TsharkLayer, fieldOf, fieldsOf } from './tshark.ts';

const FRAMINGS: Readonly<Record<string, string>> = { mbtcp: 'modbus', mbudp: 'modbus', mbrtu: 'modbus-rtu' };
const MODBUS_PORT = 502;

export const modbusMapping: Mapping = {
  protocols: ['modbus', 'modbus-rtu'],
  layers: ['mbtcp', 'mbudp', 'mbrtu', 'modbus'],
  displayFilter: 'mbtcp || mbudp || mbrtu',
  preferences,
  theirs,
  ours: () => new OurModbus(),
};

function preferences(serverPorts: ReadonlyMap<number, string>): string[] {
  const portsOf = (protocol: string): string[] =>
    [...serverPorts].filter(([, name]) => name === protocol).map(([port]) => String(port));
  const serial = portsOf('modbus-rtu');
  return [
    `mbtcp.tcp.port:${[...new Set([String(MODBUS_PORT), ...portsOf('modbus')])].join(',')}`,
    ...(serial.length > 0 ? [`mbrtu.tcp.port:${serial.join(',')}`] : []),
  ];
}

/** Each framing layer is followed by its message. */
function theirs(frame: TsharkFrame, serverPorts: ReadonlyMap<number, string>): Reading[] {
  const readings: Reading[] = [];
  const isRequest = frame.destinationPort === MODBUS_PORT || serverPorts.has(frame.destinationPort);
  let framing: TsharkLayer | undefined;
  for (const layer of frame.layers) {
    if (layer.name !== 'modbus') framing = layer;
    else if (framing !== undefined) {
      readings.push(theirReading(frame.number, isRequest, framing, layer));
      framing = undefined;
    }
  }
  return readings;
}

function theirReading(frame: number, isRequest: boolean, framing: TsharkLayer, message: TsharkLayer): Reading {
  const code = Number(fieldOf(message, 'modbus.func_code') ?? -1);
  const fields = new Map<string, string>();
  copy(fields, 'transaction', framing, 'mbtcp.trans_id');
  copy(fields, 'unit', framing, 'mbtcp.unit_id', 'mbrtu.unit_id');
  copy(fields, 'exception', message, 'modbus.exception_code');
  if (!isRequest) copy(fields, 'request frame', message, 'modbus.request_frame');
  copy(fields, 'address', message, 'modbus.write_reference_num', 'modbus.reference_num');
  copy(fields, 'quantity', message, 'modbus.write_word_cnt', 'modbus.word_cnt', 'modbus.bit_cnt');
  copy(fields, 'read address', message, 'modbus.read_reference_num');
  copy(fields, 'read quantity', message, 'modbus.read_word_cnt');
  copy(fields, 'sub-function', message, 'modbus.diagnostic_code', 'modbus.mei');
  if (!fields.has('exception')) theirValues(fields, message, code, isRequest);
  return { frame, protocol: FRAMINGS[framing.name]!, ...kind(code, isRequest), fields };
}

/** Values as the bytes they stood in, bits as 0 and 1. */
function theirValues(fields: Map<string, string>, message: TsharkLayer, code: number, isRequest: boolean): void {
  const registers = fieldsOf(message, 'modbus.regval_uint16').map((field) => field.value);
  const bits = fieldsOf(message, 'modbus.bitval').map((field) =>
    field.show === '1' || field.show === 'True' ? '1' : '0',
  );
  const data = fieldsOf(message, 'modbus.data')
    .map((field) => field.value)
    .join('');
  if (registers.length > 0) fields.set('values', registers.join(''));
  else if (bits.length > 0) fields.set('values', bits.join(''));
  else if (code === 5 && data !== '') fields.set('values', data.startsWith('ff') ? '1' : '0');
  else if (code === 15 && isRequest && data !== '') {
    fields.set('values', bitsOf(data).slice(0, Number(fields.get('quantity') ?? 0)));
  } else if (code === 22) {
    const masks = [fieldOf(message, 'modbus.and_mask'), fieldOf(message, 'modbus.or_mask')];
    fields.set('values', masks.map((mask) => (mask ?? '').replace('0x', '')).join(''));
  } else if (code === 90) {
    // Session key and sub-function, then the body; the answer has a status instead.
    if (isRequest) fields.set('sub-function', String(Number.parseInt(data.slice(2, 4), 16)));
    else if (data.slice(2, 4) === 'fd') fields.set('exception', '253');
  } else if (code === 43) {
    const objects = fieldsOf(message, 'modbus.object_str_value').map((field) => field.value);
    if (!isRequest && objects.length > 0) fields.set('objects', objects.join(' '));
    else if (isRequest) copy(fields, 'address', message, 'modbus.object_id');
  } else if (data !== '' && isRequest && (code === 6 || code === 23)) {
    // tshark calls what follows the message data as well.
    fields.set('values', code === 6 ? data.slice(0, 4) : data);
  } else if (data !== '' && !isRequest && (code === 7 || code === 23 || code === 24)) fields.set('values', data);
  // tshark takes the byte count for data.
  else if (data !== '' && !isRequest && code === 17) fields.set('values', data.slice(2));
}

function copy(fields: Map<string, string>, name: string, layer: TsharkLayer, ...from: string[]): void {
  for (const field of from) {
    const show = fieldOf(layer, field);
    if (show !== undefined) {
      fields.set(name, show);
      return;
    }
  }
}

function kind(code: number, isRequest: boolean): Pick<Reading, 'function' | 'side'> {
  return { function: `function ${code}`, side: isRequest ? 'request' : 'answer' };
}

function bitsOf(hex: string): string {
  return [...Buffer.from(hex, 'hex')]
    .map((byte) => byte.toString(2).padStart(8, '0').split('').reverse().join(''))
    .join('');
}

interface Seen {
  readonly frame: number;
  readonly transaction: string;
  readonly unit: number;
  readonly code: number;
  isTaken: boolean;
}

interface OurReading extends Reading {
  readonly fields: Map<string, string>;
}

/** An operation gives two readings: what its request says in the frame of the request, and the same for the answer. */
class OurModbus implements OurReader {
  readonly #readings: OurReading[] = [];
  readonly serverPorts = new Map<number, string>();
  readonly #seen = new Map<number, Seen[]>();
  /** What is being decoded. */
  #current: Seen | null = null;
  #last: { readonly key: string; readonly request: OurReading | null; readonly answer: OurReading | null } | null =
    null;

  message(protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const isSerial = protocol === 'modbus-rtu';
    const codeAt = start + (isSerial ? 1 : 7);
    const seen: Seen = {
      frame: frameOf(context.frame),
      transaction: isSerial ? '' : String((bytes[start]! << 8) | bytes[start + 1]!),
      unit: bytes[codeAt - 1] ?? -1,
      code: codeAt < end ? bytes[codeAt]! & 0x7f : -1,
      isTaken: false,
    };
    const list = this.#seen.get(seen.frame);
    if (list === undefined) this.#seen.set(seen.frame, [seen]);
    else list.push(seen);
    this.#current = seen;
  }

  operation(operation: Operation, protocol: Protocol): void {
    const requestFrame = frameOf(operation.requestFrame);
    const answerFrame = frameOf(operation.answerFrame);
    const key = `${requestFrame} ${answerFrame} ${operation.function} ${operation.unit}`;
    const code = operation.function;
    this.serverPorts.set(operation.serverPort, protocol.name);
    // The second operation of function 23, and further records of a file, belong to the same messages.
    if (this.#last?.key === key && (code === 23 ? operation.verb === Verb.read : code === 20 || code === 21)) {
      if (code === 23) addRead(operation, this.#last.request, this.#last.answer);
      return;
    }
    // An answer is told while it is decoded: its transaction is also the request's.
    const transaction = answerFrame !== 0 ? this.#current?.transaction : undefined;
    const request =
      requestFrame === 0 ? null : this.#reading(operation, protocol.name, requestFrame, true, transaction);
    const answer = answerFrame === 0 ? null : this.#reading(operation, protocol.name, answerFrame, false, transaction);
    if (answer !== null && requestFrame !== 0) answer.fields.set('request frame', String(requestFrame));
    this.#last = { key, request, answer };
  }

  readings(): Reading[] {
    return this.#readings;
  }

  #reading(
    operation: Operation,
    protocol: string,
    frame: number,
    isRequest: boolean,
    transaction: string | undefined,
  ): OurReading {
    const code = operation.function;
    const fields = new Map<string, string>();
    fields.set('transaction', transaction ?? this.#transactionOf(operation, frame));
    fields.set('unit', String(operation.unit));
    if (operation.subfunction >= 0) fields.set('sub-function', String(operation.subfunction));
    if (operation.first >= 0) fields.set('address', String(operation.first));
    fields.set('quantity', String(operation.count));
    if (!isRequest && operation.code !== 0) fields.set('exception', String(operation.code));
    const values = valuesOf(operation);
    if (code === 43 && !isRequest) fields.set('objects', objectsOf(operation));
    fields.set('values', values);
    const reading: OurReading = { frame, protocol, ...kind(code, isRequest), fields };
    this.#readings.push(reading);
    return reading;
  }

  #transactionOf(operation: Operation, frame: number): string {
    const seen = this.#seen
      .get(frame)
      ?.find((one) => !one.isTaken && one.unit === operation.unit && one.code === operation.function);
    if (seen === undefined) return '';
    seen.isTaken = true;
    return seen.transaction;
  }
}

/** The read part of function 23. */
function addRead(operation: Operation, request: OurReading | null, answer: OurReading | null): void {
  request?.fields.set('read address', String(operation.first));
  request?.fields.set('read quantity', String(operation.count));
  answer?.fields.set('values', valuesOf(operation));
}

function valuesOf(operation: Operation): string {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  if (encoding === Encoding.bits) {
    const hex = Buffer.from(bytes.buffer, bytes.byteOffset + valuesStart, Math.ceil(valueCount / 8)).toString('hex');
    return bitsOf(hex).slice(0, valueCount);
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset + valuesStart, valueCount * valueSize).toString('hex');
}

/** The texts of the objects of 43/14: each is id, length, text. */
function objectsOf(operation: Operation): string {
  const { bytes, valuesStart, valueCount } = operation;
  const texts: string[] = [];
  let at = valuesStart;
  while (at + 2 <= valuesStart + valueCount) {
    const size = bytes[at + 1]!;
    texts.push(Buffer.from(bytes.subarray(at + 2, at + 2 + size)).toString('hex'));
    at += 2 + size;
  }
  return texts.join(' ');
}

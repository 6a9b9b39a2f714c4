// EtherNet/IP, CIP and PCCC as tshark shows them, and as our operations tell them, in one spelling.
import { frameOf } from '../../src/facts/frame-reference.ts';
import { Encoding, type Operation } from '../../src/facts/operation.ts';
import type { Protocol } from '../../src/facts/protocol.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkField, type TsharkFrame, fieldOf } from './tshark.ts';

const PROTOCOL = 'enip';
const ENIP_PORT = 44818;
const SEND_RR_DATA = 0x6f;
const SEND_UNIT_DATA = 0x70;
const MULTIPLE_SERVICES = 0x0a;
const UNCONNECTED_SEND = 0x52;
const CONNECTION_MANAGER = 6;
const SYMBOL = 0x6b;
const MEMORY = 0x72;
/** Classes whose services change something: the operation keeps what was asked for. */
const CHANGED_CLASSES: ReadonlySet<number> = new Set([0xa1, 0xac]);
const MODBUS = 0x44;
const TAG_SPACE = 0x10_0000;
const PCCC_FUNCTIONS = 0x180;
const COMMAND_FUNCTIONS = 0x100;
const EXECUTE_PCCC = 0x4b;
const FIRST_OWN_SERVICE = 0x4b;
const ABSENT_CODES: Readonly<Record<number, string>> = {
  128: '1 0x0204',
  129: '1 0x0311',
  130: '1 0x0312',
  131: '1 0x0318',
};
/** tshark knows these for what they are: the others it lists as data. */
const DISSECTED_CLASSES: ReadonlySet<number> = new Set([0x06, 0x37, 0x43, 0x44, 0x67, 0xf3]);

export const enipMapping: Mapping = {
  protocols: [PROTOCOL],
  layers: ['enip', 'cip', 'cipcm', 'cipcls', 'cippccc', 'cipmb', 'cipcco'],
  displayFilter: 'enip && !cipio',
  // tshark knows no other ports: what goes over them is not compared.
  preferences: () => [],
  theirs,
  ours: () => new OurEnip(),
};

interface Message {
  readonly service: number;
  readonly isAnswer: boolean;
  readonly fields: Map<string, string>;
  classId: number;
  data: string;
  isWrapper: boolean;
  /** Bytes of the request path that are still to come. */
  pathLeft: number;
  /** A segment of the path was begun, and what it says is still to come. */
  isInSegment: boolean;
  /** Attributes of a list, behind the path. */
  listed: number;
}

/** All fields of one encapsulated frame, in their order. */
function theirs(frame: TsharkFrame): Reading[] {
  const readings: Reading[] = [];
  let fields: TsharkField[] = [];
  const flush = (): void => {
    if (fields.length > 0) readings.push(...theirFrame(frame.number, fields));
    fields = [];
  };
  for (const layer of frame.layers) {
    if (layer.name === 'enip') flush();
    fields.push(...layer.fields);
  }
  flush();
  return readings;
}

function theirFrame(frame: number, fields: TsharkField[]): Reading[] {
  const layer = { name: 'enip', fields };
  const command = Number(fieldOf(layer, 'enip.command'));
  const requestFrame = fieldOf(layer, 'enip.response_to');
  if (command !== SEND_RR_DATA && command !== SEND_UNIT_DATA) return theirCommand(frame, command, fields, requestFrame);
  const messages = theirMessages(fields);
  const pccc = theirPccc(frame, fields, requestFrame);
  return messages
    .filter((message, index) => !message.isWrapper && !isWrapperOf(message, messages[index + 1]))
    .map((message) => {
      if (pccc !== null && message.service === EXECUTE_PCCC) return pccc;
      const side = message.isAnswer ? 'answer' : 'request';
      if (message.isAnswer && requestFrame !== undefined) message.fields.set('request frame', requestFrame);
      setTheirData(message);
      return { frame, protocol: PROTOCOL, function: `service ${message.service}`, side, fields: message.fields };
    });
}

/** A packet of several services is no message of its own where the services in it are. */
function isWrapperOf(message: Message, next: Message | undefined): boolean {
  return message.service === MULTIPLE_SERVICES && next !== undefined;
}

function theirCommand(
  frame: number,
  command: number,
  fields: TsharkField[],
  requestFrame: string | undefined,
): Reading[] {
  // Nobody answers a NOP, and it asks for nothing.
  if (command === 0) return [];
  const layer = { name: 'enip', fields };
  const session = Number(fieldOf(layer, 'enip.session') ?? 0);
  const length = Number(fieldOf(layer, 'enip.length') ?? 0);
  const isAnswer = command === 0x65 ? session !== 0 : command !== 0x66 && length > 0;
  const values = new Map<string, string>();
  const status = Number(fieldOf(layer, 'enip.status') ?? 0);
  if (isAnswer && status !== 0) values.set('encapsulation status', String(status));
  if (isAnswer && requestFrame !== undefined) values.set('request frame', requestFrame);
  const side = isAnswer ? 'answer' : 'request';
  return [{ frame, protocol: PROTOCOL, function: `command ${command}`, side, fields: values }];
}

function theirMessages(fields: readonly TsharkField[]): Message[] {
  const messages: Message[] = [];
  let message: Message | undefined;
  let wrapperAt = -1;
  for (const field of fields) {
    if (field.name === 'cip.service' && field.value !== '') {
      const code = Number(field.show);
      message = {
        service: code & 0x7f,
        isAnswer: code >= 0x80,
        fields: new Map(),
        classId: -1,
        data: '',
        isWrapper: false,
        pathLeft: -1,
        isInSegment: false,
        listed: 0,
      };
      messages.push(message);
      continue;
    }
    if (message === undefined) continue;
    if (message.classId === CONNECTION_MANAGER && message.service === UNCONNECTED_SEND && !message.isAnswer) {
      if (!message.isWrapper) wrapperAt = messages.length;
      message.isWrapper = true;
    }
    // The route comes behind the message that takes it.
    if (wrapperAt >= 0 && field.name === 'cip.linkaddress.byte' && field.value !== '') {
      for (const one of messages.slice(wrapperAt))
        if (!one.fields.has('unit')) one.fields.set('unit', String(Number(field.show)));
    }
    theirField(message, field);
  }
  return messages;
}

function theirField(message: Message, field: TsharkField): void {
  const { name, show, value } = field;
  const { fields } = message;
  if (name === 'cip.epath' && message.pathLeft < 0) message.pathLeft = value.length;
  else if (name === 'cip.genstat') fields.set('status', String(Number(show)));
  else if (name === 'cip.data' && value !== '') message.data += value;
  else if (value === '' && message.isAnswer) theirPairedClass(message, name, show);
  if (message.isAnswer || message.pathLeft < 0) return;
  if (name === 'cip.path_segment' && value !== '' && message.pathLeft > 0) {
    message.pathLeft -= value.length;
    message.isInSegment = true;
    return;
  }
  if (name === 'cip.attribute' && !message.isInSegment && value !== '') theirListed(message, show);
  if (!message.isInSegment) return;
  theirSegment(message, name, show);
}

function theirListed(message: Message, show: string): void {
  if (message.service !== 3 && message.service !== 4) return;
  if (message.listed++ === 0) message.fields.set('attribute', String(Number(show)));
  message.fields.set('quantity', String(message.listed));
}

function theirSegment(message: Message, name: string, show: string): void {
  const { fields } = message;
  if (name === 'cip.class') {
    message.classId = Number(show);
    fields.set('class', String(message.classId));
    fields.delete('instance');
    fields.delete('attribute');
  } else if (name === 'cip.instance') fields.set('instance', String(Number(show)));
  else if (name === 'cip.attribute') fields.set('attribute', String(Number(show)));
  else if (name === 'cip.symbol') {
    const before = fields.get('name');
    fields.set('name', before === undefined ? show : `${before}.${show}`);
  } else if (name === 'cip.member' && fields.has('name')) {
    const before = fields.get('name')!;
    const member = Number(show);
    fields.set('name', before.endsWith(']') ? `${before.slice(0, -1)},${member}]` : `${before}[${member}]`);
  } else return;
  message.isInSegment = false;
}

/** tshark tells the class of the request with its answer; the last one is the one that is meant. */
function theirPairedClass(message: Message, name: string, show: string): void {
  if (name === 'cip.class') message.classId = Number(show);
  else if (name === 'cip.symbol') message.classId = SYMBOL;
}

/** Data that both show: behind the type and count of a tag. */
function setTheirData(message: Message): void {
  const { service, isAnswer, classId, data, fields } = message;
  if (fields.has('name')) fields.delete('class');
  if (service < FIRST_OWN_SERVICE || data === '' || DISSECTED_CLASSES.has(classId)) return;
  const isTag = classId === SYMBOL || fields.has('name');
  const typeSize = data.startsWith('a002') ? 8 : 4;
  if (isTag && isAnswer && service === 0x4c) fields.set('values', data.slice(typeSize));
  else if (isTag && !isAnswer && service === 0x4d) fields.set('values', data.slice(typeSize + 4));
  else if (isTag && !isAnswer && service === 0x4e) fields.set('values', data.slice(4));
  else if (CHANGED_CLASSES.has(classId)) {
    if (!isAnswer) fields.set('values', data);
  } else if (!isTag && isAnswer && classId >= 0) fields.set('values', data);
}

function theirPccc(frame: number, fields: TsharkField[], requestFrame: string | undefined): Reading | null {
  const layer = { name: 'cippccc', fields };
  const command = fieldOf(layer, 'cip.pccc.cmd.code') ?? fieldOf(layer, 'cip.pccc.resp.code');
  if (command === undefined) return null;
  const isAnswer = (Number(command) & 0x40) !== 0 || fieldOf(layer, 'cip.pccc.cmd.code') === undefined;
  const number = Number(command) & 0x0f;
  const values = new Map<string, string>();
  const fnc = fieldOf(layer, `cip.pccc.fnc.code_${number.toString(16).padStart(2, '0')}`);
  if (!isAnswer && fnc !== undefined) values.set('fnc', String(Number(fnc)));
  const file = fieldOf(layer, 'cip.pccc.file.num');
  if (!isAnswer && file !== undefined) values.set('file', String(Number(file)));
  const type = fieldOf(layer, 'cip.pccc.file.type');
  if (!isAnswer && type !== undefined) values.set('type', String(Number(type)));
  const status = fieldOf(layer, 'cip.pccc.gs.status');
  if (isAnswer && status !== undefined) values.set('pccc status', String(Number(status)));
  if (isAnswer && requestFrame !== undefined) values.set('request frame', requestFrame);
  return {
    frame,
    protocol: PROTOCOL,
    function: `pccc ${number}`,
    side: isAnswer ? 'answer' : 'request',
    fields: values,
  };
}

/** An operation gives two readings: what its request says in the frame of the request, and the same for the answer. */
class OurEnip implements OurReader {
  readonly #readings: Reading[] = [];
  readonly serverPorts = new Map<number, string>();

  message(): void {
    // The operations tell everything that is compared.
  }

  operation(operation: Operation, protocol: Protocol): void {
    if (operation.serverPort !== ENIP_PORT && operation.clientPort !== ENIP_PORT) return;
    this.serverPorts.set(operation.serverPort, protocol.name);
    const requestFrame = frameOf(operation.requestFrame);
    const answerFrame = frameOf(operation.answerFrame);
    if (requestFrame !== 0) this.#add(operation, requestFrame, 'request', requestFields(operation));
    if (answerFrame === 0) return;
    const fields = answerFields(operation);
    if (requestFrame !== 0) fields.set('request frame', String(requestFrame));
    this.#add(operation, answerFrame, 'answer', fields);
  }

  readings(): Reading[] {
    return this.#readings;
  }

  #add(operation: Operation, frame: number, side: 'request' | 'answer', fields: Map<string, string>): void {
    this.#readings.push({ frame, protocol: PROTOCOL, function: functionText(operation.function), side, fields });
  }
}

function functionText(code: number): string {
  if (code >= PCCC_FUNCTIONS) return `pccc ${code - PCCC_FUNCTIONS}`;
  return code >= COMMAND_FUNCTIONS ? `command ${code - COMMAND_FUNCTIONS}` : `service ${code}`;
}

function requestFields(operation: Operation): Map<string, string> {
  const fields = new Map<string, string>();
  const { function: code, subfunction, space, first, unit } = operation;
  fields.set('unit', String(unit));
  fields.set('values', valuesOf(operation));
  if (code >= PCCC_FUNCTIONS) {
    fields.set('fnc', String(subfunction));
    fields.set('file', String(space & 0xffff));
    fields.set('type', String(((space >> 16) & 0x7f) | 0x80));
    return fields;
  }
  if (space === TAG_SPACE) {
    const name = Buffer.from(operation.nameBytes.subarray(operation.nameStart, operation.nameEnd)).toString('latin1');
    fields.set('name', name.replace(/@\d+$/, ''));
  }
  fields.set('class', String(subfunction));
  fields.set('quantity', String(operation.count));
  if (code >= FIRST_OWN_SERVICE && (subfunction === MEMORY || subfunction === MODBUS)) {
    // The number is an address; the instance is always the same.
    fields.set('instance', subfunction === MEMORY ? '0' : '1');
  } else if (first >= 0) {
    fields.set('instance', String(Math.floor(first / 1000) % 65_536));
    fields.set('attribute', String(first % 1000));
  }
  return fields;
}

function answerFields(operation: Operation): Map<string, string> {
  const fields = new Map<string, string>();
  const { code } = operation;
  if (operation.function >= PCCC_FUNCTIONS) fields.set('pccc status', String(code & 0xff));
  else if (operation.function >= COMMAND_FUNCTIONS) fields.set('encapsulation status', String(code & 0xffff));
  else fields.set('status', ABSENT_CODES[code] === undefined ? String(code & 0xff) : '1');
  fields.set('values', valuesOf(operation));
  return fields;
}

function valuesOf(operation: Operation): string {
  const { bytes, valuesStart, valueSize, valueCount, encoding } = operation;
  if (encoding === Encoding.none) return '';
  const size = encoding === Encoding.bits ? Math.ceil(valueCount / 8) : valueCount * valueSize;
  return Buffer.from(bytes.buffer, bytes.byteOffset + valuesStart, size).toString('hex');
}

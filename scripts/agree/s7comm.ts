// S7comm as tshark shows it, and as our operations tell it, in one spelling: a message is all operations of one answer.
import { frameOf } from '../../src/facts/frame-reference.ts';
import { Encoding, Outcome, type Operation } from '../../src/facts/operation.ts';
import type { Protocol } from '../../src/facts/protocol.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkField, type TsharkFrame, type TsharkLayer, fieldOf, fieldsOf } from './tshark.ts';

export const s7commMapping: Mapping = {
  protocols: ['s7comm'],
  layers: ['s7comm'],
  displayFilter: 's7comm',
  preferences: () => [],
  theirs,
  ours: () => new OurS7(),
};

interface OpenReading extends Reading {
  readonly fields: Map<string, string>;
}

/** Address of an item, and the bytes of one element; 0 bits. */
interface Address {
  readonly space: string;
  readonly first: number;
  readonly count: number;
  readonly bytes: number;
}

/** An item, of one address or of several areas: then the value tshark shows holds a return code before each of them. */
interface Item {
  readonly addresses: readonly Address[];
  readonly hasAreas: boolean;
}

/** What tshark was shown and is not answered yet, by connection and reference. */
const asked = new Map<
  string,
  { readonly reading: OpenReading; readonly items: readonly Item[]; readonly row: string }
>();

let lastFrame = 0;

function theirs(frame: TsharkFrame): Reading[] {
  // The next capture begins.
  if (frame.number < lastFrame) asked.clear();
  lastFrame = frame.number;
  return frame.layers.filter(({ name }) => name === 's7comm').flatMap((layer) => theirMessage(frame, layer));
}

function theirMessage(frame: TsharkFrame, layer: TsharkLayer): Reading[] {
  const kind = Number(fieldOf(layer, 's7comm.header.rosctr') ?? -1);
  const reference = fieldOf(layer, 's7comm.header.pduref') ?? '';
  const type = Number(fieldOf(layer, 's7comm.param.userdata.type') ?? -1);
  const isPush = kind === 7 && (type === 0 || type === 3);
  const isRequest = kind === 1 || (kind === 7 && (type === 4 || type === 7));
  const from = isRequest ? frame.sourcePort : frame.destinationPort;
  const to = isRequest ? frame.destinationPort : frame.sourcePort;
  const key = `${from} ${to} ${kind === 7 ? 'user data' : 'job'} ${reference}`;
  const request = isRequest || isPush ? undefined : asked.get(key);
  const row = theirRow(layer, kind) ?? request?.row;
  if (row === undefined) return [];
  const fields = new Map<string, string>();
  const reading = {
    frame: frame.number,
    protocol: 's7comm',
    function: row,
    side: isRequest ? ('request' as const) : ('answer' as const),
    fields,
  };
  const items = kind === 1 ? theirItems(layer) : [];
  if (isRequest) {
    asked.set(key, { reading, items, row });
    const addresses = items.flatMap((item) => item.addresses);
    // All of them are compared when the answer is shown: only then are lengths of values known to both.
    if (addresses[0] !== undefined) fields.set('first address', asPlace(addresses[0]));
    if (row === 'job 5') fields.set('values', dataOf(layer));
    theirObject(fields, layer);
    return [reading];
  }
  if (!isPush) asked.delete(key);
  if (request !== undefined) fields.set('request frame', String(request.reading.frame));
  theirAnswer(fields, layer, row, request);
  return [reading];
}

function theirRow(layer: TsharkLayer, kind: number): string | undefined {
  if (kind === 7) {
    const group = fieldOf(layer, 's7comm.param.userdata.funcgroup');
    const code = fieldOf(layer, 's7comm.param.userdata.subfunc') ?? fieldOf(layer, 's7comm.param.modetrans.subfunc');
    return group === undefined ? undefined : `user data ${Number(group)}/${Number(code ?? -1)}`;
  }
  const code = fieldOf(layer, 's7comm.param.func');
  return code === undefined ? undefined : `job ${Number(code)}`;
}

/** Return codes, values, and the error of the whole message. */
function theirAnswer(
  fields: Map<string, string>,
  layer: TsharkLayer,
  row: string,
  request: { readonly reading: OpenReading; readonly items: readonly Item[] } | undefined,
): void {
  const errorClass = Number(fieldOf(layer, 's7comm.header.errcls') ?? 0);
  const error = errorClass * 256 + Number(fieldOf(layer, 's7comm.header.errcod') ?? 0);
  const parameterError = Number(fieldOf(layer, 's7comm.param.errcod') ?? 0);
  if (row === 'job 4' || row === 'job 5') {
    const codes = fieldsOf(layer, 's7comm.data.returncode').map(({ show }) => Number(show));
    // A code for each address, as we tell it.
    const items = request?.items.length === codes.length ? request.items : codes.map(() => NO_ITEM);
    const all = items.flatMap((item, index) =>
      item.addresses.map((address) => ({ address, code: codes[index] === 0xff ? 0 : codes[index]! })),
    );
    if (items === request?.items) {
      const known = all.map(({ address, code }) => (code === 0 ? asBytes(address) : asElements(address)));
      request.reading.fields.set('addresses', joined(known));
    }
    if (error === 0) fields.set('codes', all.map(({ code }) => code).join(' '));
    if (row === 'job 4' && error === 0) fields.set('values', dataOf(layer, request?.items));
  }
  if (error !== 0) fields.set('error', String(error));
  else if (parameterError !== 0) fields.set('error', String(parameterError));
  if (row === 'job 240') {
    const values = ['maxamq_calling', 'maxamq_called', 'pdu_length'].map((name) =>
      fieldOf(layer, `s7comm.param.${name}`),
    );
    fields.set('values', values.map((value) => Number(value).toString(16).padStart(4, '0')).join(''));
  }
}

function dataOf(layer: TsharkLayer, items: readonly Item[] = []): string {
  return fieldsOf(layer, 's7comm.resp.data')
    .map(({ value }, index) => (items[index]?.hasAreas === true ? withoutCodes(value, items[index]) : value))
    .join('');
}

function withoutCodes(value: string, item: Item): string {
  let at = 0;
  let values = '';
  for (const { count } of item.addresses) {
    const isOk = value.slice(at, at + 2) === 'ff';
    at += 2;
    if (isOk) values += value.slice(at, at + count * 2);
    if (isOk) at += count * 2;
  }
  return values;
}

/** What else a request is about: a status list, a block, a file. */
function theirObject(fields: Map<string, string>, layer: TsharkLayer): void {
  const list = fieldOf(layer, 's7comm.data.userdata.szl_id');
  if (list !== undefined) fields.set('list', String(Number(list)));
  const index = fieldOf(layer, 's7comm.data.userdata.szl_index');
  if (index !== undefined) fields.set('index', String(Number(index)));
  const block = fieldOf(layer, 's7comm.data.blockcontrol.block_number');
  if (block !== undefined) fields.set('block', String(Number(block)));
}

const AREAS: Readonly<Record<number, string>> = {
  0x1c: 'C',
  0x1d: 'T',
  0x80: 'P',
  0x81: 'I',
  0x82: 'Q',
  0x83: 'M',
  0x84: 'DB',
  0x85: 'DI',
  0x86: 'L',
  0x87: 'V',
};
/** Bytes of a data type; 0 where the elements are numbered themselves. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 4,
  8: 4,
  9: 2,
  10: 4,
  11: 4,
  12: 2,
  15: 8,
};

const NO_ITEM: Item = { addresses: [{ space: '', first: 0, count: 0, bytes: 0 }], hasAreas: false };

/** Fields of an item stand one after the other; each item begins with its syntax. */
function theirItems(layer: TsharkLayer): Item[] {
  const items: Item[] = [];
  let fields: TsharkField[] = [];
  const close = (): void => {
    const item = itemOf(fields);
    if (item !== undefined) items.push(item);
  };
  for (const field of layer.fields) {
    if (field.name === 's7comm.param.item.syntaxid') {
      close();
      fields = [];
    }
    if (field.name.startsWith('s7comm.param.item.')) fields.push(field);
  }
  close();
  return items;
}

function itemOf(fields: readonly TsharkField[]): Item | undefined {
  const all = (name: string): TsharkField[] => fields.filter((field) => field.name === `s7comm.param.item.${name}`);
  const number = (name: string): number => Number(all(name)[0]?.show ?? -1);
  if (number('syntaxid') === 0xb0) {
    const starts = all('dbread.startaddress');
    const lengths = all('dbread.length');
    const addresses = all('dbread.db').map(({ show }, index) => ({
      space: `DB${Number(show)}`,
      first: Number(starts[index]?.show),
      count: Number(lengths[index]?.show),
      bytes: 1,
    }));
    return { addresses, hasAreas: true };
  }
  if (number('syntaxid') !== 0x10) return undefined;
  const area = number('area');
  const type = number('transp_size');
  const address = Number.parseInt(all('address')[0]?.value ?? '', 16);
  const isBit = type === 1;
  const isNumbered = area === 0x1c || area === 0x1d;
  const block = area === 0x84 || area === 0x85 ? String(number('db')) : '';
  const only = {
    space: `${AREAS[area] ?? '?'}${block}${isBit ? ' bits' : ''}`,
    first: isBit || isNumbered ? address : address >> 3,
    count: number('length'),
    bytes: isBit || isNumbered ? 0 : (TYPE_BYTES[type] ?? 0),
  };
  return { addresses: [only], hasAreas: false };
}

function asPlace({ space, first }: Address): string {
  return `${space}:${first}`;
}

function asElements({ space, first, count }: Address): string {
  return `${space}:${first}x${count}`;
}

function asBytes({ space, first, count, bytes }: Address): string {
  return bytes === 0 ? `${space}:${first}x${count}` : `${space}:${first}+${count * bytes}`;
}

/** Runs of bytes that lie side by side are one run, however they were asked for. */
function joined(parts: readonly string[]): string {
  const runs: string[] = [];
  for (const part of parts) {
    const [, space, first, size] = /^(.*):(\d+)\+(\d+)$/.exec(part) ?? [];
    const [, lastSpace, lastFirst, lastSize] = /^(.*):(\d+)\+(\d+)$/.exec(runs.at(-1) ?? '') ?? [];
    const isNext = space !== undefined && space === lastSpace && Number(lastFirst) + Number(lastSize) === Number(first);
    if (isNext) runs[runs.length - 1] = `${space}:${lastFirst}+${Number(lastSize) + Number(size)}`;
    else runs.push(part);
  }
  return runs.join(' ');
}

interface OurMessage {
  readonly request: OpenReading | null;
  readonly answer: OpenReading | null;
  readonly addresses: string[];
  readonly codes: number[];
  values: string;
}

/** Operations of one answer are one message; those that were not answered are one by frame and function. */
class OurS7 implements OurReader {
  readonly #readings: Reading[] = [];
  readonly serverPorts = new Map<number, string>();
  /** Counts the messages decoded: what is told meanwhile belongs to this one. */
  #decoded = 0;
  #last: { readonly key: string; readonly message: OurMessage } | null = null;

  message(): void {
    this.#decoded++;
  }

  operation(operation: Operation, protocol: Protocol): void {
    // Connections are set up below S7comm: tshark shows that in another layer, in frames of its own.
    if (operation.function === 0xe0 || operation.function === 0x80) return;
    const isAnswered = operation.answerFrame !== 0;
    const key = isAnswered ? `answer ${this.#decoded}` : `request ${operation.requestFrame} ${operation.function}`;
    if (this.#last?.key !== key) this.#last = { key, message: this.#begin(operation) };
    add(this.#last.message, operation, protocol);
  }

  readings(): Reading[] {
    return this.#readings;
  }

  #begin(operation: Operation): OurMessage {
    const requestFrame = frameOf(operation.requestFrame);
    const answerFrame = frameOf(operation.answerFrame);
    const row = rowOf(operation);
    const open = (frame: number, side: 'request' | 'answer'): OpenReading => {
      const reading = { frame, protocol: 's7comm', function: row, side, fields: new Map<string, string>() };
      this.#readings.push(reading);
      return reading;
    };
    const request = requestFrame === 0 ? null : open(requestFrame, 'request');
    const answer = answerFrame === 0 ? null : open(answerFrame, 'answer');
    if (request !== null) answer?.fields.set('request frame', String(requestFrame));
    return { request, answer, addresses: [], codes: [], values: '' };
  }
}

function rowOf({ function: code, subfunction }: Operation): string {
  return code >= 0x100 ? `user data ${code - 0x100}/${subfunction}` : `job ${code}`;
}

function add(message: OurMessage, operation: Operation, protocol: Protocol): void {
  const { function: code, first, count, outcome } = operation;
  const isVariable = code === 4 || code === 5;
  const { request, answer } = message;
  if (isVariable) {
    const space = protocol.spaceName(operation.space);
    const isKnown = outcome === Outcome.ok && operation.valueCount > 0;
    const isNumbered = operation.encoding === Encoding.bits || space === 'T' || space === 'C';
    const bytes = isNumbered ? 0 : operation.valueSize;
    message.addresses.push((isKnown ? asBytes : asElements)({ space, first, count, bytes }));
    message.values += outcome === Outcome.ok || code === 5 ? valuesOf(operation) : '';
    // Elements told one by one have the return code of their item.
    const isSameItem =
      isKnown && count === 1 && bytes > 1 && joined(message.addresses.slice(-2)).split(' ').length === 1;
    if (!isSameItem || message.codes.length === 0) message.codes.push(operation.code === 0x2ff ? 0 : operation.code);
    if (message.addresses.length === 1) request?.fields.set('first address', `${space}:${first}`);
    request?.fields.set('addresses', joined(message.addresses));
    if (code === 5) request?.fields.set('values', message.values);
    if (code === 4) answer?.fields.set('values', message.values);
    if (operation.code > 0xff) answer?.fields.set('error', String(operation.code));
    answer?.fields.set('codes', message.codes.join(' '));
    return;
  }
  if (operation.code !== 0) answer?.fields.set('error', String(operation.code));
  if (code === 0x104 && first >= 0) {
    request?.fields.set('list', String(operation.space & 0xffff));
    request?.fields.set('index', String(first));
  } else if (first >= 0) request?.fields.set('block', String(first));
  if (code === 0xf0) answer?.fields.set('values', valuesOf(operation));
}

function valuesOf({ bytes, valuesStart, valueSize, valueCount, encoding }: Operation): string {
  const size = encoding === Encoding.bits ? (valueCount + 7) >> 3 : valueCount * valueSize;
  return Buffer.from(bytes.buffer, bytes.byteOffset + valuesStart, size).toString('hex');
}

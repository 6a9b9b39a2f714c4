// BACnet/IP as tshark shows it, and as our operations tell it, in one spelling: a reading for each message.
import { Encoding, Outcome, type Operation } from '../../src/facts/operation.ts';
import { frameOf } from '../../src/facts/frame-reference.ts';
import type { MessageContext } from '../../src/facts/protocol.ts';
import {
  Pdu,
  codeOfAbort,
  codeOfError,
  codeOfNetworkReject,
  codeOfReject,
  spaceOf,
} from '../../src/protocols/bacnet/messages.ts';
import { ApduHeader } from '../../src/protocols/bacnet/parse-apdu.ts';
import { LinkMessage } from '../../src/protocols/bacnet/parse-link.ts';
import { Tag } from '../../src/protocols/bacnet/tags.ts';
import { floatText, numberText, tell } from './bacnet-walk.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkFrame, type TsharkLayer, fieldOf } from './tshark.ts';

const NAME = 'bacnet';
const UNCONFIRMED = 128;
const NETWORK = 256;
const BVLC = 400;
/** Notifications: their acknowledgement is no operation of ours. */
const NOTIFICATIONS = new Set([1, 2, 31, 32]);

export const bacnetMapping: Mapping = {
  protocols: [NAME, 'bacnet-ethernet'],
  layers: ['bvlc', 'bacnet', 'bacapp', 'fake-field-wrapper'],
  displayFilter: 'bvlc || (llc.dsap == 0x82 && bacnet)',
  preferences: () => [],
  theirs,
  ours: () => new OurBacnet(),
};

type Fields = Map<string, string>;
type Side = 'request' | 'answer';

function theirs(frame: TsharkFrame): Reading[] {
  const layer = (name: string): TsharkLayer | undefined => frame.layers.find((one) => one.name === name);
  const bvlc = layer('bvlc');
  const network = layer('bacnet');
  const application = layer('bacapp');
  if (application !== undefined) {
    // A segment that is not the last says nothing but what it belongs to.
    const isPart = frame.layers.some((one) => fieldOf(one, 'bacapp.reassembled.in') !== undefined);
    return isPart ? [] : theirApplication(frame.number, network, application);
  }
  if (network !== undefined) return theirNetwork(frame.number, network);
  return bvlc === undefined ? [] : theirLink(frame.number, bvlc);
}

function reading(frame: number, kind: string, side: Side, fields: Fields): Reading {
  return { frame, protocol: NAME, function: kind, side, fields };
}

function theirLink(frame: number, bvlc: TsharkLayer): Reading[] {
  const code = Number(fieldOf(bvlc, 'bvlc.function'));
  const fields: Fields = new Map();
  const isResult = code === 0;
  if (isResult) fields.set('code', String(Number(fieldOf(bvlc, 'bvlc.result'))));
  const table = bvlc.fields.filter(({ name }) =>
    [
      'bvlc.bdt_ip',
      'bvlc.bdt_port',
      'bvlc.bdt_mask',
      'bvlc.fdt_ip',
      'bvlc.fdt_port',
      'bvlc.fdt_ttl',
      'bvlc.fdt_timeout',
      'bvlc.reg_ttl',
    ].includes(name),
  );
  if (table.length > 0) fields.set('values', table.map(({ value }) => value).join(''));
  if (isResult) return [reading(frame, 'bvlc result', 'answer', fields)];
  if (code === 3 || code === 7) return [reading(frame, `bvlc ${code - 1}`, 'answer', fields)];
  return [reading(frame, `bvlc ${code}`, 'request', fields)];
}

const ROUTING_TABLE = 6;
const ROUTING_TABLE_ACK = 7;
const TOLD_NETWORK_MESSAGES = new Set([1, 2, 3, 4, 5, 7, 19]);

function theirNetwork(frame: number, network: TsharkLayer): Reading[] {
  const type = Number(fieldOf(network, 'bacnet.mesgtyp'));
  if (Number.isNaN(type)) return [];
  const fields: Fields = new Map();
  const from = network.fields.findIndex(({ name }) => name === 'bacnet.mesgtyp');
  const networks = network.fields.slice(from).filter(({ name }) => name === 'bacnet.dnet');
  if (networks.length > 0) fields.set('networks', networks.map(({ show }) => show).join(' '));
  // The answer to a request for the routing table is told with it.
  const asked = type === ROUTING_TABLE_ACK ? type - 1 : type;
  return [reading(frame, `network ${asked}`, TOLD_NETWORK_MESSAGES.has(type) ? 'answer' : 'request', fields)];
}

function theirApplication(frame: number, network: TsharkLayer | undefined, application: TsharkLayer): Reading[] {
  const type = Number(fieldOf(application, 'bacapp.type'));
  const confirmed = Number(fieldOf(application, 'bacapp.confirmed_service'));
  const unconfirmed = Number(fieldOf(application, 'bacapp.unconfirmed_service'));
  const fields: Fields = new Map();
  const isAnswer = type >= Pdu.simpleAck;
  unitOf(fields, network, isAnswer || isTold(type, confirmed, unconfirmed));
  const invoke = fieldOf(application, 'bacapp.invoke_id');
  if (invoke !== undefined && !NOTIFICATIONS.has(confirmed)) fields.set('invoke id', invoke);
  switch (type) {
    case Pdu.confirmedRequest:
    case Pdu.complexAck:
      if (confirmed === 33) return [];
      tell(fields, application, confirmed, isAnswer);
      if (NOTIFICATIONS.has(confirmed))
        return isAnswer ? [] : [reading(frame, `confirmed ${confirmed}`, 'answer', fields)];
      return [reading(frame, `confirmed ${confirmed}`, isAnswer ? 'answer' : 'request', fields)];
    case Pdu.unconfirmedRequest:
      tell(fields, application, UNCONFIRMED + unconfirmed, false);
      return [
        reading(
          frame,
          `unconfirmed ${unconfirmed}`,
          isTold(type, confirmed, unconfirmed) ? 'answer' : 'request',
          fields,
        ),
      ];
    case Pdu.simpleAck:
      return NOTIFICATIONS.has(confirmed) ? [] : [reading(frame, `confirmed ${confirmed}`, 'answer', fields)];
    case Pdu.error:
      if (NOTIFICATIONS.has(confirmed)) return [];
      fields.set('code', String(errorCode(application)));
      return [reading(frame, `confirmed ${confirmed}`, 'answer', fields)];
    case Pdu.reject:
      fields.set('code', String(codeOfReject(Number(fieldOf(application, 'bacapp.reject_reason')))));
      return [reading(frame, 'reject', 'answer', fields)];
    case Pdu.abort:
      fields.set('code', String(codeOfAbort(Number(fieldOf(application, 'bacapp.abort_reason')))));
      return [reading(frame, 'abort', 'answer', fields)];
    default:
      return [];
  }
}

const TOLD_UNCONFIRMED = new Set([0, 1, 2, 3, 11, 12, 13]);

/** Said by the device, to nobody's request. */
function isTold(type: number, confirmed: number, unconfirmed: number): boolean {
  if (type === Pdu.unconfirmedRequest) return TOLD_UNCONFIRMED.has(unconfirmed);
  return type === Pdu.confirmedRequest && NOTIFICATIONS.has(confirmed);
}

function unitOf(fields: Fields, network: TsharkLayer | undefined, isSource: boolean): void {
  if (network === undefined) return;
  const net = fieldOf(network, isSource ? 'bacnet.snet' : 'bacnet.dnet');
  const address = fieldOf(network, isSource ? 'bacnet.sadr_mstp' : 'bacnet.dadr_mstp');
  if (net !== undefined && address !== undefined) fields.set('unit', String((Number(net) << 8) | Number(address)));
}

function errorCode(application: TsharkLayer): number {
  return codeOfError(
    Number(fieldOf(application, 'bacapp.error_class')),
    Number(fieldOf(application, 'bacapp.error_code')),
  );
}

interface OurReading extends Reading {
  readonly fields: Map<string, string>;
  readonly objects: string[];
  readonly properties: string[];
  readonly values: string[];
  readonly networks: number[];
}

/** Operations of one message are one reading. */
class OurBacnet implements OurReader {
  readonly serverPorts = new Map<number, string>();
  readonly #readings = new Map<string, OurReading>();
  readonly #invokeIds = new Map<number, string>();
  readonly #link = new LinkMessage();
  readonly #apdu = new ApduHeader();

  message(protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    if (protocol === NAME) this.#link.parse(bytes, start, end);
    else this.#link.parseFrame(bytes, start, end, false);
    if (!this.#link.hasNetworkLayer || this.#link.networkMessage >= 0) return;
    if (!this.#apdu.parse(bytes, this.#link.payloadStart, this.#link.end)) return;
    this.#invokeIds.set(frameOf(context.frame), String(this.#apdu.invokeId));
  }

  operation(operation: Operation): void {
    this.serverPorts.set(operation.serverPort, NAME);
    const requestFrame = frameOf(operation.requestFrame);
    const answerFrame = frameOf(operation.answerFrame);
    if (requestFrame !== 0) this.#add(operation, requestFrame, requestFrame, 'request');
    if (answerFrame !== 0) this.#add(operation, answerFrame, requestFrame, 'answer');
  }

  readings(): Reading[] {
    for (const { fields, objects, properties, values, networks } of this.#readings.values()) {
      fields.set('objects', objects.join(' '));
      fields.set('properties', properties.join(' '));
      if (values.length > 0) fields.set('values', values.join(' | '));
      fields.set('networks', networks.join(' '));
    }
    return [...this.#readings.values()];
  }

  #add(operation: Operation, frame: number, requestFrame: number, side: Side): void {
    const kind = kindOf(operation, side);
    const key = `${frame} ${kind} ${side}`;
    let our = this.#readings.get(key);
    if (our === undefined) {
      our = {
        frame,
        protocol: NAME,
        function: kind,
        side,
        fields: new Map(),
        objects: [],
        properties: [],
        values: [],
        networks: [],
      };
      this.#readings.set(key, our);
      our.fields.set('unit', String(operation.unit));
      // The invoke id of the request that we found, not that of the answer itself.
      our.fields.set('invoke id', this.#invokeIds.get(requestFrame === 0 ? frame : requestFrame) ?? '');
    }
    // Of several writes the ones in front of the one that failed have no code.
    if (side === 'answer' && operation.code !== 0) our.fields.set('code', String(operation.code));
    if (kind === REJECTED) {
      our.networks.push(operation.unit < 0 ? operation.first : operation.unit >> 8);
      return;
    }
    if (kind.startsWith('bvlc')) {
      if (kind === 'bvlc result') our.fields.set('code', String(operation.code));
      our.fields.set('values', bytesText(operation));
      return;
    }
    if (operation.function === NETWORK + ROUTING_TABLE) {
      our.networks.push(...networksOf(bytesText(operation)));
      return;
    }
    if (operation.function >= NETWORK) {
      for (let index = 0; index < operation.count; index++) our.networks.push(operation.first + index);
      return;
    }
    if (operation.function === UNCONFIRMED + 8) {
      our.fields.set('devices', `${operation.first} to ${operation.first + operation.count - 1}`);
      return;
    }
    addObject(our, operation, side);
  }
}

/** What a router rejects is told as the request that it refused. */
const REJECTED = 'network 3';

/** Of a routing table: number of entries, then network, port, size of what is told about the port, and that. */
function networksOf(hex: string): number[] {
  const bytes = Buffer.from(hex, 'hex');
  const networks: number[] = [];
  for (let at = 1; at + 4 <= bytes.length; at += 4 + bytes[at + 3]!) networks.push(bytes.readUInt16BE(at));
  return networks;
}

function kindOf(operation: Operation, side: Side): string {
  const { function: code, code: result } = operation;
  if (side === 'answer' && result >= codeOfAbort(0) && result <= codeOfAbort(255)) return 'abort';
  if (side === 'answer' && result >= codeOfReject(0) && result <= codeOfReject(255)) return 'reject';
  if (side === 'answer' && result >= codeOfNetworkReject(0) && result < codeOfAbort(0)) return REJECTED;
  if (code < UNCONFIRMED) return `confirmed ${code}`;
  if (code < NETWORK) return `unconfirmed ${code - UNCONFIRMED}`;
  if (code < BVLC) return `network ${code - NETWORK}`;
  // Tables have an answer of their own, everything else has a result.
  const isTable = (code === BVLC + 2 || code === BVLC + 6) && result === 0;
  return side === 'answer' && !isTable ? 'bvlc result' : `bvlc ${code - BVLC}`;
}

const ELEMENT_BIT = 0x2000;
const PROPERTY_BITS = 14;

function addObject(our: OurReading, operation: Operation, side: Side): void {
  const { space, function: code } = operation;
  if (space === 0) return;
  const type = (space >> PROPERTY_BITS) - 1;
  const name = Buffer.from(operation.nameBytes.subarray(operation.nameStart, operation.nameEnd)).toString('latin1');
  const instance = operation.first >= 0 ? operation.first : Number(name.split('[')[0]);
  const object = `${type}:${instance}`;
  if (our.objects.at(-1) !== object) our.objects.push(object);
  const property = space & (ELEMENT_BIT - 1);
  const hasProperty = (spaceOf(type, -1, -1) & (ELEMENT_BIT - 1)) !== property;
  // The event state and the acknowledged transitions are our names for what these services are about.
  if (hasProperty && code !== 0 && code !== 2 && code !== UNCONFIRMED + 3) our.properties.push(String(property));
  if (operation.verb < 0 || (side === 'request') !== isInRequest(code)) return;
  if (operation.outcome === Outcome.refused && side === 'answer') our.values.push(`error ${operation.code}`);
  else our.values.push(valueText(operation));
}

const VALUES_IN_REQUEST = new Set([15, 16]);

function isInRequest(code: number): boolean {
  return VALUES_IN_REQUEST.has(code);
}

function bytesText(operation: Operation): string {
  const { bytes, valuesStart, valueCount, valueSize } = operation;
  return Buffer.from(bytes.subarray(valuesStart, valuesStart + valueCount * valueSize)).toString('hex');
}

const PRIORITY_ARRAY = 87;

function isPriorityArray(operation: Operation): boolean {
  return (operation.space & 0x3fff) === PRIORITY_ARRAY;
}

/** A list of numbers and nulls with their tags. */
function mixedText(hex: string): string {
  const texts: string[] = [];
  for (let at = 0; at < hex.length;) {
    const first = Number.parseInt(hex.slice(at, at + 2), 16);
    const tag = first >> 4;
    const size = first & 0x07;
    const contentSize = tag === Tag.boolean ? 0 : size * 2;
    const text = (first & 0x08) === 0 ? numberText(tag, size, hex.slice(at + 2, at + 2 + contentSize)) : '';
    if (text === '') return '?';
    texts.push(text);
    at += 2 + contentSize;
  }
  return texts.join(' ');
}

/** Numbers, `null` for none, `?` where the values are bytes. */
function valueText(operation: Operation): string {
  const { bytes, valuesStart, valueCount, valueSize, encoding } = operation;
  if (encoding === Encoding.none) return 'null';
  if (encoding === Encoding.bytes) return isPriorityArray(operation) ? mixedText(bytesText(operation)) : '?';
  const texts: string[] = [];
  for (let index = 0; index < valueCount; index++) {
    const piece = Buffer.from(bytes.subarray(valuesStart + index * valueSize, valuesStart + (index + 1) * valueSize));
    if (encoding === Encoding.float) texts.push(floatText(piece.toString('hex')));
    else {
      const whole = BigInt(`0x${piece.toString('hex')}`);
      texts.push(String(encoding === Encoding.signed ? BigInt.asIntN(valueSize * 8, whole) : whole));
    }
  }
  return texts.join(' ');
}

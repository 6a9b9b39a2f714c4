// MQTT as tshark shows it, and as our packets and operations tell it, in one spelling: texts and payloads as hexadecimal.
import { frameOf } from '../../src/facts/frame-reference.ts';
import { OUTCOME_NAMES, emptyOperation, type Operation } from '../../src/facts/operation.ts';
import type { FactSink } from '../../src/facts/facts.ts';
import type { MessageContext, ProtocolDecoder } from '../../src/facts/protocol.ts';
import { MqttDecoder } from '../../src/protocols/mqtt/decoder.ts';
import { MQTT_PORTS } from '../../src/protocols/mqtt/index.ts';
import { PACKET_NAMES, PacketType, REASON_REFUSED, WILL_FUNCTION } from '../../src/protocols/mqtt/messages.ts';
import type { MqttPacket } from '../../src/protocols/mqtt/packet.ts';
import type { NameAt } from '../../src/protocols/mqtt/transfers.ts';
import type { Reading } from './compare.ts';
import type { Mapping, OurReader } from './mapping.ts';
import { type TsharkFrame, type TsharkLayer, fieldOf, fieldsOf } from './tshark.ts';

const ANSWERS: readonly number[] = [
  PacketType.connack,
  PacketType.puback,
  PacketType.pubrec,
  PacketType.pubcomp,
  PacketType.suback,
  PacketType.unsuback,
  PacketType.pingresp,
];
/** Types whose answer carries a code for what was asked, by the function of our operation. */
const ASKED: Readonly<Record<number, number>> = {
  [PacketType.connack]: PacketType.connect,
  [PacketType.puback]: PacketType.publish,
  [PacketType.pubrec]: PacketType.publish,
  [PacketType.suback]: PacketType.subscribe,
  [PacketType.unsuback]: PacketType.unsubscribe,
};
const CODE_FIELD = /^mqtt\.(?:conack\.val|suback\.qos|[a-z]+\.reason_code)$/;

export const mqttMapping: Mapping = {
  protocols: ['mqtt'],
  layers: ['mqtt'],
  displayFilter: 'mqtt',
  preferences: (serverPorts) => {
    const others = [...serverPorts.keys()].filter((port) => port !== 1883);
    return others.length === 0 ? [] : [`mqtt.tcp.port:${[1883, ...others].join(',')}`];
  },
  theirs,
  ours: () => new OurMqtt(),
};

function theirs(frame: TsharkFrame): Reading[] {
  return frame.layers
    .filter((layer) => fieldOf(layer, 'mqtt.msgtype') !== undefined)
    .map((layer) => theirReading(frame.number, layer));
}

function theirReading(frame: number, layer: TsharkLayer): Reading {
  const type = Number(fieldOf(layer, 'mqtt.msgtype'));
  const fields = new Map<string, string>();
  copyShow(fields, 'id', layer, 'mqtt.msgid');
  copyHex(fields, 'client id', layer, 'mqtt.clientid');
  copyHex(fields, 'user', layer, 'mqtt.username');
  copyHex(fields, 'will topic', layer, 'mqtt.willtopic');
  copyShow(fields, 'keep-alive', layer, 'mqtt.kalive');
  copyShow(fields, 'version', layer, 'mqtt.ver');
  // The topic of an alias is shown without bytes of its own.
  if (type !== PacketType.publish) copyHex(fields, 'topic', layer, 'mqtt.topic');
  else {
    const shown = fieldsOf(layer, 'mqtt.topic').map(({ value, show }) => (value === '' ? hexOfText(show) : value));
    fields.set('topic', shown.find((topic) => topic !== '') ?? '');
    for (const name of ['qos', 'dupflag', 'retain']) copyShow(fields, name, layer, `mqtt.${name}`);
    // Without the CONNECT it says itself that it does not know where properties end and the payload begins.
    if (fieldsOf(layer, 'mqtt.unknown_version').length === 0) copyHex(fields, 'payload', layer, 'mqtt.msg');
  }
  const codes = layer.fields
    .filter(({ name }) => CODE_FIELD.test(name))
    .map(({ show }) => outcomeOfCode(type, Number(show)));
  if (codes.length > 0) fields.set('outcome', codes.join(' '));
  return { frame, protocol: 'mqtt', ...kind(type), fields };
}

/** Before 5.0 a CONNACK refuses with 1 to 5; elsewhere small codes agree. */
function outcomeOfCode(type: number, code: number): string {
  const isRefused = type === PacketType.connack ? code !== 0 : code >= REASON_REFUSED;
  return isRefused ? `refused ${code}` : 'ok';
}

function copyShow(fields: Map<string, string>, name: string, layer: TsharkLayer, from: string): void {
  const show = fieldOf(layer, from);
  if (show !== undefined) fields.set(name, booleanAsNumber(show));
}

function booleanAsNumber(show: string): string {
  return show === 'True' ? '1' : show === 'False' ? '0' : show;
}

function copyHex(fields: Map<string, string>, name: string, layer: TsharkLayer, from: string): void {
  const values = fieldsOf(layer, from).map(({ value }) => value);
  if (values.length > 0) fields.set(name, values.join(' '));
}

function hexOfText(text: string): string {
  return Buffer.from(text, 'utf8').toString('hex');
}

function kind(type: number): Pick<Reading, 'function' | 'side'> {
  return { function: PACKET_NAMES[type] ?? String(type), side: ANSWERS.includes(type) ? 'answer' : 'request' };
}

interface OurReading extends Reading {
  frame: number;
  readonly fields: Map<string, string>;
}

/** Decodes every frame with a decoder of its own, whose packets and operations belong together. */
class OurMqtt implements OurReader {
  readonly serverPorts = new Map<number, string>();
  readonly #webSocketPorts = new Set<number>();
  readonly #readings: OurReading[] = [];
  readonly #decoder: ProtocolDecoder;
  readonly #operations: Operation[] = [];
  readonly #record = emptyOperation();
  /** Packets in pieces whose end is to come, by conversation and direction. */
  readonly #open = new Map<string, OurReading>();

  constructor() {
    const listener = {
      packet: (packet: MqttPacket, bytes: Uint8Array, context: MessageContext, topic: Readonly<NameAt>) =>
        this.#packet(packet, bytes, context, topic),
      piece: (bytes: Uint8Array, start: number, end: number, isLast: boolean, context: MessageContext) =>
        this.#piece(bytes, start, end, isLast, context),
    };
    this.#decoder = new MqttDecoder(0, MQTT_PORTS, listener);
  }

  message(_protocol: string, bytes: Uint8Array, start: number, end: number, context: MessageContext): void {
    const own = { ...context, operation: this.#record, sink: this.#sink };
    // tshark 4.0 does not look for MQTT inside WebSocket; an HTTP head is where those begin.
    const isHead = bytes[start] === 0x47 || bytes[start] === 0x48;
    if (isHead) this.#webSocketPorts.add(context.serverPort);
    if (this.#webSocketPorts.has(context.serverPort)) return;
    this.serverPorts.set(context.serverPort, 'mqtt');
    this.#decoder.frameSize(bytes, start, end, own);
    this.#decoder.decode(bytes, start, end, own);
  }

  operation(): void {
    // The decoder of this reader tells the same ones, together with their packets.
  }

  readings(): Reading[] {
    return this.#readings;
  }

  readonly #sink: FactSink = {
    operation: (operation) => {
      const { nameBytes, nameStart, nameEnd } = operation;
      const name = nameBytes.slice(nameStart, nameEnd);
      this.#operations.push({ ...operation, nameBytes: name, nameStart: 0, nameEnd: name.length });
    },
    conversation: ignore,
    login: ignore,
    transfer: ignore,
    claim: ignore,
    violation: ignore,
    trait: ignore,
  };

  #packet(packet: MqttPacket, bytes: Uint8Array, context: MessageContext, topic: Readonly<NameAt>): void {
    const { type } = packet;
    const fields = new Map<string, string>();
    if (packet.packetId > 0) fields.set('id', String(packet.packetId));
    if (type === PacketType.connect) connectFields(fields, packet, bytes);
    else if (type === PacketType.publish) {
      publishFields(fields, packet, bytes);
      fields.set('topic', hexOf(topic.bytes, topic.start, topic.end));
    } else if (type === PacketType.subscribe || type === PacketType.unsubscribe) filterFields(fields, packet, bytes);
    else if (
      type === PacketType.disconnect ||
      type === PacketType.auth ||
      type === PacketType.pubrel ||
      type === PacketType.pubcomp
    ) {
      fields.set('outcome', outcomeOfCode(type, packet.reason));
    }
    this.#addOutcome(fields, packet, context);
    const reading: OurReading = { frame: frameOf(context.frame), protocol: 'mqtt', ...kind(type), fields };
    this.#readings.push(reading);
    this.#operations.length = 0;
    if (packet.payloadEnd - packet.payloadStart < packet.payloadSize) this.#open.set(directionKey(context), reading);
  }

  /** What the operations say that this packet answers; acknowledgements of deliveries answer none. */
  #addOutcome(fields: Map<string, string>, packet: MqttPacket, context: MessageContext): void {
    const asked = ASKED[packet.type];
    if (asked === undefined) return;
    const frame = context.frame;
    const answered = this.#operations.filter((one) => one.function === asked && one.answerFrame === frame);
    const outcomes = answered.map(({ outcome, code }) => `${OUTCOME_NAMES[outcome]}${code === 0 ? '' : ` ${code}`}`);
    if (asked === PacketType.publish || asked === PacketType.connect) outcomes.splice(1);
    fields.set('outcome', outcomes.length > 0 ? outcomes.join(' ') : outcomeOfCode(packet.type, packet.reason));
    const will = this.#operations.find((one) => one.function === WILL_FUNCTION);
    if (will !== undefined && will.answerFrame !== frame) fields.set('outcome', 'the will has another answer');
  }

  #piece(bytes: Uint8Array, start: number, end: number, isLast: boolean, context: MessageContext): void {
    const reading = this.#open.get(directionKey(context));
    if (reading === undefined) return;
    reading.fields.set('payload', `${reading.fields.get('payload')}${hexOf(bytes, start, end)}`);
    reading.frame = frameOf(context.frame);
    if (isLast) this.#open.delete(directionKey(context));
  }
}

function directionKey(context: MessageContext): string {
  return `${context.flow} ${context.fromClient}`;
}

function connectFields(fields: Map<string, string>, packet: MqttPacket, bytes: Uint8Array): void {
  fields.set('client id', hexOf(bytes, packet.clientIdStart, packet.clientIdEnd));
  if (packet.hasUser) fields.set('user', hexOf(bytes, packet.userStart, packet.userEnd));
  if (packet.hasWill) fields.set('will topic', hexOf(bytes, packet.willTopicStart, packet.willTopicEnd));
  fields.set('keep-alive', String(packet.keepAlive));
  fields.set('version', String(packet.level));
}

function publishFields(fields: Map<string, string>, packet: MqttPacket, bytes: Uint8Array): void {
  fields.set('qos', String(packet.qos));
  fields.set('dupflag', packet.isDup ? '1' : '0');
  fields.set('retain', packet.isRetained ? '1' : '0');
  fields.set('payload', hexOf(bytes, packet.payloadStart, packet.payloadEnd));
}

function filterFields(fields: Map<string, string>, packet: MqttPacket, bytes: Uint8Array): void {
  const filters: string[] = [];
  let at = packet.listStart;
  for (let index = 0; index < packet.listCount; index++) {
    const end = at + 2 + ((bytes[at]! << 8) | bytes[at + 1]!);
    filters.push(hexOf(bytes, at + 2, end));
    at = packet.type === PacketType.subscribe ? end + 1 : end;
  }
  fields.set('topic', filters.join(' '));
}

function hexOf(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, Math.max(0, end - start)).toString('hex');
}

function ignore(): void {
  // Nothing of this is compared.
}

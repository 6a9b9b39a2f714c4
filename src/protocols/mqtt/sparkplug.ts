// Turns Sparkplug B messages (Eclipse Sparkplug 3.0) into facts: an operation for each metric, named by group, node, device
// and metric, whatever alias it came under; restarts asked for by commands; sequence numbers and births that do not fit.
import { printable } from '../../bytes/text.ts';
import type { Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { violation } from '../facts-of-messages.ts';
import type { FlowState } from './flows.ts';
import { claimsOfBirth } from './identity.ts';
import { PayloadClass, SPARKPLUG_NAMES, Space, SparkplugType } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import { type Payload, isImageOf } from './payload.ts';
import type { Publications } from './publications.ts';
import { SparkplugPayload, isSame } from './sparkplug-metric.ts';
import { SparkplugNodes, type SparkplugNode } from './sparkplug-nodes.ts';
import type { NameAt, Transfers } from './transfers.ts';

/** So many metrics of one message are told. */
const METRICS_MAX = 2048;
const SLASH = 0x2f;
const PREFIX = ascii('spBv1.0/');
const STATE = ascii('STATE');
const TYPES = SPARKPLUG_NAMES.map(ascii);
const BD_SEQ = ascii('bdSeq');
const REBOOT = ascii('Node Control/Reboot');
const REBIRTH = ascii('Node Control/Rebirth');
const DEVICE_REBOOT = ascii('Device Control/Reboot');
const DEVICE_REBIRTH = ascii('Device Control/Rebirth');
const ALIAS = ascii('alias:');

export class Sparkplug {
  readonly #publications: Publications;
  readonly #nodes = new SparkplugNodes();
  readonly #payload = new SparkplugPayload();
  /** What a metric of bytes holds, and where images among them go. */
  readonly #content: Payload;
  readonly #transfers: Transfers;
  readonly #name: NameAt = { bytes: NO_BYTES, start: 0, end: 0 };
  readonly #parties = { client: 0, server: 0 };

  /** Parts of the topic that was read last (clause 4.1): type as function number, 0 where it is none of Sparkplug's. */
  #type = 0;
  #groupStart = 0;
  #groupEnd = 0;
  #nodeStart = 0;
  #nodeEnd = 0;
  #deviceStart = 0;
  #deviceEnd = 0;

  constructor(publications: Publications, content: Payload, transfers: Transfers) {
    this.#publications = publications;
    this.#content = content;
    this.#transfers = transfers;
  }

  /** True where the topic is one of Sparkplug's: then the payload was told. `publications` is open for the packet. */
  published(
    context: MessageContext,
    state: FlowState,
    packet: MqttPacket,
    topic: NameAt,
    bytes: Uint8Array,
    isFromClient: boolean,
  ): boolean {
    if (!isTopicStart(topic)) return false;
    this.#readTopic(topic);
    if (this.#type === SparkplugType.state) {
      this.#tellState(context, topic, bytes, packet.payloadStart, packet.payloadEnd);
      return true;
    }
    if (this.#type === 0) {
      if (topic.bytes[topic.start] !== PREFIX[0]) return false;
      const detail = `topic "${printable(topic.bytes, topic.start, topic.end, 64)}"`;
      violation(context, 'mqtt', 'sparkplug-topic-invalid', detail, topic.bytes, topic.start, topic.end);
      return false;
    }
    this.#tell(context, state, packet, topic, bytes, isFromClient);
    return true;
  }

  /** The death that a CONNECT leaves behind: its bdSeq is the one of the birth to come (clause 5.4). */
  will(
    state: FlowState,
    context: MessageContext,
    topic: NameAt,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): number {
    if (!isTopicStart(topic)) return 0;
    this.#readTopic(topic);
    if (this.#type !== SparkplugType.nodeDeath) return this.#type;
    state.node = this.#nodeOf(context, state, topic);
    state.willBdSeq = this.#bdSeq(bytes, start, end);
    return this.#type;
  }

  gap(state: FlowState): void {
    if (state.node !== null) state.node.sequence = -1;
  }

  #tell(
    context: MessageContext,
    state: FlowState,
    packet: MqttPacket,
    topic: NameAt,
    bytes: Uint8Array,
    isFromClient: boolean,
  ): void {
    const { payloadStart: start, payloadEnd: end } = packet;
    const type = this.#type;
    const isCommand = type === SparkplugType.nodeCommand || type === SparkplugType.deviceCommand;
    const isBirth = type === SparkplugType.nodeBirth || type === SparkplugType.deviceBirth;
    const node = this.#nodeOf(context, state, topic);
    if (isFromClient && !isCommand && type !== SparkplugType.nodeDeath) state.node = node;
    const payload = this.#payload;
    payload.open(bytes, start, end);
    if (isFromClient) this.#checkOrder(context, state, node, packet, bytes, start, end);
    // Where the node itself is heard, what is delivered later of its births is no news.
    const isNews = isBirth && (isFromClient || node.flow < 0);
    if (isNews && type === SparkplugType.nodeBirth) this.#nodes.clearAliases(node);
    const isForNode = !isFromClient && isCommand && state.node === node;
    if (isForNode) this.#publications.setCommanded();
    const isRead = isFromClient || isNews || isForNode;
    this.#parties.client = state.isReversed ? context.server : context.client;
    this.#parties.server = state.isReversed ? context.client : context.server;
    const told = isRead ? this.#metrics(context, node, topic, bytes, isNews, isCommand) : 0;
    if (isForNode) this.#publications.setDelivered();
    if (told === 0) this.#tellTopic(context, topic);
    if (isRead && payload.isBroken && packet.payloadSize === end - start) {
      violation(context, 'mqtt', 'sparkplug-payload-invalid', 'fields that do not fit', bytes, start, end);
    }
    if (isFromClient && type === SparkplugType.nodeBirth) {
      payload.open(bytes, start, end);
      claimsOfBirth(context, this.#parties.client, payload, bytes);
    }
  }

  #metrics(
    context: MessageContext,
    node: SparkplugNode,
    topic: NameAt,
    bytes: Uint8Array,
    isNews: boolean,
    isCommand: boolean,
  ): number {
    const { bytes: topicBytes } = topic;
    const publications = this.#publications;
    publications.clearName();
    publications.addName(topicBytes, this.#groupStart, this.#groupEnd);
    publications.addNameByte(SLASH);
    publications.addName(topicBytes, this.#nodeStart, this.#nodeEnd);
    if (this.#deviceEnd > this.#deviceStart) {
      publications.addNameByte(SLASH);
      publications.addName(topicBytes, this.#deviceStart, this.#deviceEnd);
    }
    const prefix = publications.addNameByte(SLASH);
    let told = 0;
    let read = 0;
    while (read++ < METRICS_MAX && this.#payload.nextMetric()) {
      if (isNews) this.#learn(node, bytes);
      if (publications.isDelivered) continue;
      publications.clearName(prefix);
      if (this.#tellMetric(context, node, bytes, isCommand)) told++;
    }
    return told;
  }

  #learn(node: SparkplugNode, bytes: Uint8Array): void {
    const { hasAlias, alias, nameStart, nameEnd, dataType } = this.#payload;
    if (hasAlias && nameEnd > nameStart) this.#nodes.setAlias(node, alias, bytes, nameStart, nameEnd, dataType);
  }

  /** False where the metric of a command that is handed to its node is nothing to be told of twice. */
  #tellMetric(context: MessageContext, node: SparkplugNode, bytes: Uint8Array, isCommand: boolean): boolean {
    const payload = this.#payload;
    const publications = this.#publications;
    const known = payload.hasAlias ? node.aliases.get(payload.alias) : undefined;
    const hasName = payload.nameEnd > payload.nameStart;
    const name = hasName || known === undefined ? bytes : known.name;
    const nameStart = hasName ? payload.nameStart : 0;
    const nameEnd = hasName ? payload.nameEnd : known === undefined ? 0 : known.name.length;
    if (payload.dataType === 0 && known !== undefined) payload.setType(known.dataType);
    let verb: number = Verb.publish;
    if (isCommand) verb = commandVerb(name, nameStart, nameEnd, payload);
    const operation = publications.start(context, this.#type, -1, verb, Space.metric);
    if (nameEnd > nameStart) publications.addName(name, nameStart, nameEnd);
    else this.#addAlias(payload.alias);
    publications.setName(operation);
    if (payload.hasNumber && Number.isFinite(payload.number)) {
      publications.setValue(operation, payload.number);
      operation.isQuestionable = payload.isHistorical || payload.isBad;
    } else if (payload.hasBytes && payload.bytesEnd > payload.bytesStart) this.#carry(context, operation, bytes);
    if (publications.isCommanded && !isGrave(operation.verb)) return false;
    publications.tell(context, operation);
    return true;
  }

  /** A metric of bytes may hold an image (types Bytes and File, clause 6.4.16). */
  #carry(context: MessageContext, operation: Operation, bytes: Uint8Array): void {
    const { bytesStart, bytesEnd } = this.#payload;
    const size = bytesEnd - bytesStart;
    this.#content.look(bytes, bytesStart, bytesEnd, size);
    const name = this.#name;
    name.bytes = operation.nameBytes;
    name.start = operation.nameStart;
    name.end = operation.nameEnd;
    const isToBroker = operation.server === this.#parties.server;
    const transfer = this.#transfers.published(
      context,
      this.#parties,
      isToBroker,
      name,
      this.#content,
      bytes,
      bytesStart,
      bytesEnd,
      size,
      null,
    );
    if (transfer !== null && isImageOf(transfer.payloadClass, Math.max(size, transfer.size))) {
      operation.verb = Verb['firmware-download'];
    }
  }

  /** The birth was not seen. */
  #addAlias(alias: number): void {
    this.#publications.addName(ALIAS, 0, ALIAS.length);
    const text = String(alias);
    for (let at = 0; at < text.length; at++) this.#publications.addNameByte(text.charCodeAt(at));
  }

  #tellTopic(context: MessageContext, topic: NameAt): void {
    const publications = this.#publications;
    const isDelivered = publications.isDelivered;
    const verb = isDelivered ? Verb.report : Verb.publish;
    const operation = publications.start(context, this.#type, -1, verb, isDelivered ? Space.delivery : Space.topic);
    publications.setTopic(operation, topic);
    publications.tell(context, operation);
  }

  /** STATE of a host application: text or JSON (clause 5.16). */
  #tellState(context: MessageContext, topic: NameAt, bytes: Uint8Array, start: number, end: number): void {
    const publications = this.#publications;
    const isDelivered = publications.isDelivered;
    const verb = isDelivered ? Verb.report : Verb.publish;
    const operation = publications.start(context, this.#type, -1, verb, isDelivered ? Space.delivery : Space.topic);
    publications.setTopic(operation, topic);
    if (!isDelivered) {
      this.#content.look(bytes, start, end, end - start);
      const online = onlineOf(this.#content, bytes, start, end);
      if (online >= 0) publications.setValue(operation, online);
    }
    publications.tell(context, operation);
  }

  /** Sequence numbers of 0 to 255 without gap from each birth of the node on (clause 6.4.3). */
  #checkOrder(
    context: MessageContext,
    state: FlowState,
    node: SparkplugNode,
    packet: MqttPacket,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const type = this.#type;
    const payload = this.#payload;
    if (type === SparkplugType.nodeBirth || type === SparkplugType.nodeDeath) {
      this.#checkBdSeq(context, state, node, bytes, start, end);
    }
    if (payload.sequence < 0 || type >= SparkplugType.nodeCommand || type === SparkplugType.nodeDeath) return;
    const expected = (node.sequence + 1) & 0xff;
    const isChecked = node.sequence >= 0 && type !== SparkplugType.nodeBirth && !packet.isDup;
    if (isChecked && payload.sequence !== expected) {
      const detail = `sequence number ${payload.sequence}, ${expected} was to come`;
      violation(context, 'mqtt', 'sparkplug-sequence-gap', detail, bytes, start, end);
    }
    node.sequence = payload.sequence & 0xff;
    node.flow = context.flow;
  }

  #checkBdSeq(
    context: MessageContext,
    state: FlowState,
    node: SparkplugNode,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const isBirth = this.#type === SparkplugType.nodeBirth;
    const bdSeq = this.#bdSeq(bytes, start, end);
    this.#payload.open(bytes, start, end);
    if (bdSeq < 0) return;
    const expected = isBirth ? (state.node === node ? state.willBdSeq : -1) : node.birthBdSeq;
    if (isBirth) node.birthBdSeq = bdSeq;
    if (expected < 0 || expected === bdSeq) return;
    const detail = `bdSeq ${bdSeq}, the ${isBirth ? 'will of the connection' : 'birth of the node'} said ${expected}`;
    violation(context, 'mqtt', 'sparkplug-bdseq-mismatch', detail, bytes, start, end);
  }

  #bdSeq(bytes: Uint8Array, start: number, end: number): number {
    const payload = this.#payload;
    payload.open(bytes, start, end);
    let read = 0;
    while (read++ < METRICS_MAX && payload.nextMetric()) {
      if (isSame(bytes, payload.nameStart, payload.nameEnd, BD_SEQ)) return payload.hasNumber ? payload.number : -1;
    }
    return -1;
  }

  #nodeOf(context: MessageContext, state: FlowState, topic: NameAt): SparkplugNode {
    const { bytes } = topic;
    const { node } = state;
    const isKnown =
      node !== null &&
      !node.isForgotten &&
      isSame(bytes, this.#nodeStart, this.#nodeEnd, node.node) &&
      isSame(bytes, this.#groupStart, this.#groupEnd, node.group);
    if (isKnown) return node;
    const broker = state.isReversed ? context.client : context.server;
    return this.#nodes.of(broker, bytes, this.#groupStart, this.#groupEnd, this.#nodeStart, this.#nodeEnd);
  }

  #readTopic(topic: NameAt): void {
    const { bytes, start, end } = topic;
    this.#type = 0;
    if (bytes[start] === STATE[0]) {
      // Before 3.0: STATE/host.
      this.#type = SparkplugType.state;
      return;
    }
    const group = start + PREFIX.length;
    const groupEnd = levelEnd(bytes, group, end);
    if (groupEnd >= end || groupEnd === group) return;
    if (isSame(bytes, group, groupEnd, STATE)) {
      this.#type = SparkplugType.state;
      return;
    }
    const typeEnd = levelEnd(bytes, groupEnd + 1, end);
    if (typeEnd >= end) return;
    this.#groupStart = group;
    this.#groupEnd = groupEnd;
    this.#nodeStart = typeEnd + 1;
    this.#nodeEnd = levelEnd(bytes, typeEnd + 1, end);
    this.#deviceStart = Math.min(end, this.#nodeEnd + 1);
    this.#deviceEnd = end;
    if (this.#nodeEnd === this.#nodeStart) return;
    const isOfDevice = this.#deviceEnd > this.#deviceStart;
    for (let index = 0; index < TYPES.length - 1; index++) {
      if (!isSame(bytes, groupEnd + 1, typeEnd, TYPES[index]!)) continue;
      // Types of devices begin with D, and have a device in their topic.
      if (isOfDevice === (TYPES[index]![0] === 0x44)) this.#type = SparkplugType.nodeBirth + index;
    }
  }
}

function commandVerb(name: Uint8Array, start: number, end: number, payload: SparkplugPayload): number {
  const isAsked = payload.hasNumber && payload.number !== 0;
  if (!isAsked) return Verb.write;
  if (isSame(name, start, end, REBOOT) || isSame(name, start, end, DEVICE_REBOOT)) return Verb.restart;
  return isSame(name, start, end, REBIRTH) || isSame(name, start, end, DEVICE_REBIRTH) ? Verb.diagnose : Verb.write;
}

/** Such a command is told where it reaches its node as well. */
function isGrave(verb: number): boolean {
  return verb === Verb.restart || verb === Verb['firmware-download'];
}

/** 1 online, 0 offline, -1 not told. */
function onlineOf(payload: Payload, bytes: Uint8Array, start: number, end: number): number {
  if (payload.payloadClass === PayloadClass.json) {
    const { members } = payload;
    for (let index = 0; index < members.count; index++) {
      if (isSame(members.names, members.nameStart(index), members.nameEnds[index]!, ONLINE_MEMBER)) {
        return members.values[index]!;
      }
    }
    return -1;
  }
  if (isSame(bytes, start, end, ONLINE)) return 1;
  return isSame(bytes, start, end, OFFLINE) ? 0 : -1;
}

function isTopicStart(topic: NameAt): boolean {
  const { bytes, start, end } = topic;
  if (end - start < 7) return false;
  if (bytes[start] === PREFIX[0])
    return end - start > PREFIX.length && isSame(bytes, start, start + PREFIX.length, PREFIX);
  return bytes[start] === STATE[0] && bytes[start + 5] === SLASH && isSame(bytes, start, start + 5, STATE);
}

function levelEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== SLASH) at++;
  return at;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const NO_BYTES = new Uint8Array(0);
const ONLINE_MEMBER = ascii('online');
const ONLINE = ascii('ONLINE');
const OFFLINE = ascii('OFFLINE');

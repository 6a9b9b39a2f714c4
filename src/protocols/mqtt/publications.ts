// Makes the operations of one PUBLISH: they all have its parties, its frame and its fate. What a client publishes with QoS 1
// or 2 waits for the broker's answer; QoS 0 has none and is `ok` at once; what the broker delivers is told as said unasked.
import { Encoding, Outcome, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import type { PendingOperations } from '../pending-operations.ts';
import { PacketType } from './messages.ts';
import type { MqttPacket } from './packet.ts';
import type { NameAt } from './transfers.ts';

/** So many operations of one PUBLISH wait for its answer; further ones are told at once, as `ok`. */
const WAITING_MAX = 32;
/** Bytes of a name that are kept. */
export const NAME_BYTES_MAX = 1024;

/** The key under which requests of a type wait for their answer. */
export function pendingKey(type: number, packetId: number): number {
  return (type << 16) | packetId;
}

/** How the operations of a PUBLISH are told. */
export const Telling = { atOnce: 0, waiting: 1, delivered: 2, commanded: 3, dropped: 4 } as const;

export class Publications {
  readonly #protocol: number;
  readonly #pending: PendingOperations;
  readonly #value = new Uint8Array(8);
  readonly #view = new DataView(this.#value.buffer);
  readonly #name = new Uint8Array(NAME_BYTES_MAX);
  #nameSize = 0;
  #telling: number = Telling.atOnce;
  #key = 0;
  #told = 0;
  #isReversed = false;

  constructor(protocol: number, pending: PendingOperations) {
    this.#protocol = protocol;
    this.#pending = pending;
  }

  /** Everything up to the next `open` is of this packet. `isFromClient`: the one who publishes is the client. */
  open(context: MessageContext, packet: MqttPacket, isFromClient: boolean, isReversed: boolean): void {
    this.#isReversed = isReversed;
    this.#told = 0;
    this.#key = pendingKey(PacketType.publish, packet.packetId);
    if (!isFromClient) this.#telling = Telling.delivered;
    else if (packet.qos === 0 || packet.qos === 3) this.#telling = Telling.atOnce;
    // Sent again, and the first one still waits: one publish, one operation.
    else if (packet.isDup && this.#pending.find(context.flow, this.#key) >= 0) this.#telling = Telling.dropped;
    else this.#telling = Telling.waiting;
  }

  /** The broker hands a command to the device it is meant for: the broker asks, the device is asked. */
  setCommanded(): void {
    this.#telling = Telling.commanded;
    this.#isReversed = !this.#isReversed;
  }

  /** … and what else it hands over is told as delivered again. */
  setDelivered(): void {
    this.#telling = Telling.delivered;
    this.#isReversed = !this.#isReversed;
  }

  get isDropped(): boolean {
    return this.#telling === Telling.dropped;
  }

  get isCommanded(): boolean {
    return this.#telling === Telling.commanded;
  }

  get isDelivered(): boolean {
    return this.#telling === Telling.delivered;
  }

  /** The context's record, to be completed and given to `tell`. */
  start(context: MessageContext, code: number, subfunction: number, verb: number, space: number): Operation {
    if (this.#telling === Telling.waiting && this.#told < WAITING_MAX) this.#pending.makeRoom(context);
    const operation = startOperation(context, this.#protocol, this.#isReversed);
    operation.function = code;
    operation.subfunction = subfunction;
    operation.verb = verb;
    operation.space = space;
    return operation;
  }

  tell(context: MessageContext, operation: Operation): void {
    if (this.#telling === Telling.dropped) return;
    if (this.#telling === Telling.waiting && this.#told++ < WAITING_MAX) {
      this.#pending.add(operation, this.#key);
      return;
    }
    if (this.#telling === Telling.delivered) setUnasked(operation, context);
    else operation.outcome = Outcome.ok;
    context.sink.operation(operation);
  }

  setTopic(operation: Operation, topic: NameAt): void {
    if (topic.end <= topic.start) return;
    operation.nameBytes = topic.bytes;
    operation.nameStart = topic.start;
    operation.nameEnd = Math.min(topic.end, topic.start + NAME_BYTES_MAX);
    operation.count = 1;
  }

  setValue(operation: Operation, value: number): void {
    this.#view.setFloat64(0, value, true);
    setValues(operation, this.#value, 0, 8, Encoding.floatLittle, 1);
  }

  /** Begins a name that is put together from parts. */
  clearName(size = 0): void {
    this.#nameSize = size;
  }

  /** Adds a part; returns the size of the name so far. */
  addName(bytes: Uint8Array, start: number, end: number): number {
    for (let at = start; at < end && this.#nameSize < NAME_BYTES_MAX; at++) this.#name[this.#nameSize++] = bytes[at]!;
    return this.#nameSize;
  }

  addNameByte(byte: number): number {
    if (this.#nameSize < NAME_BYTES_MAX) this.#name[this.#nameSize++] = byte;
    return this.#nameSize;
  }

  /** The name put together becomes the object's. */
  setName(operation: Operation): void {
    operation.nameBytes = this.#name;
    operation.nameStart = 0;
    operation.nameEnd = this.#nameSize;
    operation.count = 1;
  }
}

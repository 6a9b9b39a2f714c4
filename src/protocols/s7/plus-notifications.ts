// Notifications: what a controller tells of a subscription, item by item, as reports on the variables they stand for.
import { Encoding, type Operation } from '../../facts/operation.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import { setUnasked, setValues, startOperation } from '../facts-of-messages.ts';
import { NOTIFICATION, PlusSpace } from './plus-codes.ts';
import { ValueType, type PlusReader } from './plus-reader.ts';
import type { PlusSubscriptions, SubscribedItem } from './plus-subscriptions.ts';

const ITEMS_MAX = 200;
/** What stands before an item; with some, that it cannot be read. */
const Item = { value: 0x92, valueOfNumber: 0x9b, note: 0x9c } as const;
const UNREADABLE = [0x03, 0x13, 0x81];
/** Numbers of objects have 30 bits; items are numbered from the end of 32 by some. */
const NUMBER_BITS = 0x3fffffff;
const NONE = -1;
/** Upper four bits of the ids that older controllers give the objects of a session. */
const OLDER_SESSION_OBJECTS = 1;

export class PlusNotifications {
  readonly #protocol: number;
  readonly #subscriptions: PlusSubscriptions;

  constructor(protocol: number, subscriptions: PlusSubscriptions) {
    this.#protocol = protocol;
    this.#subscriptions = subscriptions;
  }

  /**
   * Subscription, six bytes, credit, sequence, how often the subscription was changed; then the items that have changed,
   * or none at all. Afterwards `reader.short` tells whether it ended early.
   */
  message(reader: PlusReader, context: MessageContext): void {
    const subscription = reader.u32();
    reader.skip(6 + 1);
    // Older controllers tell no sequence.
    if (subscription >>> 28 !== OLDER_SESSION_OBJECTS) reader.number32();
    reader.skip(1);
    const items = this.#subscriptions.itemsOf(context.flow, subscription);
    let told = 0;
    while (!reader.isShort() && told < ITEMS_MAX) {
      const kind = reader.u8();
      if (kind === Item.note) {
        reader.skip(4);
        continue;
      }
      const isUnreadable = UNREADABLE.includes(kind);
      if (!isUnreadable && kind !== Item.value && kind !== Item.valueOfNumber) break;
      const number = kind === Item.valueOfNumber ? reader.number32() : reader.u32();
      if (!isUnreadable) reader.value();
      if (reader.isShort()) break;
      const operation = this.#report(context, number, isUnreadable ? kind : 0);
      const item = items?.get(number);
      if (item !== undefined) setItem(operation, item);
      if (!isUnreadable) setReadValue(operation, reader);
      context.sink.operation(operation);
      told++;
    }
    if (told === 0) context.sink.operation(this.#report(context, NONE, 0));
  }

  #report(context: MessageContext, number: number, code: number): Operation {
    const operation = startOperation(context, this.#protocol, context.fromClient);
    operation.verb = Verb.report;
    operation.function = NOTIFICATION;
    if (number !== NONE) {
      operation.space = PlusSpace.subscribed;
      operation.first = number & NUMBER_BITS;
      operation.count = 1;
    }
    setUnasked(operation, context, code);
    return operation;
  }
}

/** A subscribed item is the variable it is read and written as. */
function setItem(operation: Operation, item: SubscribedItem): void {
  operation.space = item.space;
  operation.first = -1;
  operation.count = 1;
  operation.nameBytes = item.name;
  operation.nameStart = 0;
  operation.nameEnd = item.name.length;
}

/** The value the reader has read last. */
export function setReadValue(operation: Operation, reader: PlusReader): void {
  if (reader.short || reader.type === ValueType.null || reader.encoding === Encoding.none) return;
  setValues(operation, reader.valueBytes, reader.valueStart, reader.valueSize, reader.encoding, reader.valueCount);
}

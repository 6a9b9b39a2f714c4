// What a client subscribes to when it creates a subscription, kept so that notifications, which number their items, can
// be told as the variables they are. Bounded; forgotten with the conversation.
import { PlusNames } from './plus-addresses.ts';
import { PlusReader } from './plus-reader.ts';

const SUBSCRIPTIONS_MAX = 256;
const ITEMS_MAX = 1024;
/** Each item begins with this, and how many ids its path has. */
const ITEM_MARK = 0x8004;
/** Conversation and key in one number: keys of requests below, ids of objects above. */
const FLOW_STEP = 2 ** 33;
const OBJECT = 2 ** 32;

export interface SubscribedItem {
  /** The number it has in notifications. */
  readonly number: number;
  readonly space: number;
  readonly name: Uint8Array;
}

/**
 * The list of an attribute that the reader has just read: a header, how many are dropped (and which), how many are
 * added; then for each the mark with the length of its path, its number, a zero, the area, a checksum, the path.
 */
export function readItems(value: PlusReader): SubscribedItem[] {
  const reader = new PlusReader().open(value.bytes, value.encodedStart, value.at);
  const names = new PlusNames();
  const items: SubscribedItem[] = [];
  reader.number32();
  const dropped = reader.number32();
  const added = Math.min(reader.number32(), ITEMS_MAX);
  for (let index = 0; index < dropped && !reader.short; index++) reader.number32();
  for (let index = 0; index < added && !reader.isShort(); index++) {
    const mark = reader.number32();
    if (Math.floor(mark / 0x10000) !== ITEM_MARK) break;
    const number = reader.number32();
    reader.number32();
    const area = reader.number32();
    reader.number32();
    names.clear().addPath(reader, area, mark & 0xffff, 0);
    if (reader.isShort()) break;
    items.push({ number, space: names.space[0]!, name: names.bytes.slice(0, names.end[0]) });
  }
  return items;
}

export class PlusSubscriptions {
  readonly #lists = new Map<number, ReadonlyMap<number, SubscribedItem>>();

  /** The list in a request: the answer gives the subscription its id. */
  asked(flow: number, key: number, items: readonly SubscribedItem[]): void {
    if (items.length > 0) this.#keep(flow * FLOW_STEP + key, new Map(items.map((item) => [item.number, item])));
  }

  created(flow: number, key: number, id: number): void {
    const place = flow * FLOW_STEP + key;
    const list = this.#lists.get(place);
    if (list === undefined) return;
    this.#lists.delete(place);
    this.#keep(flow * FLOW_STEP + OBJECT + id, list);
  }

  itemsOf(flow: number, id: number): ReadonlyMap<number, SubscribedItem> | undefined {
    return this.#lists.size === 0 ? undefined : this.#lists.get(flow * FLOW_STEP + OBJECT + id);
  }

  closed(flow: number): void {
    if (this.#lists.size === 0) return;
    for (const place of this.#lists.keys()) if (Math.floor(place / FLOW_STEP) === flow) this.#lists.delete(place);
  }

  #keep(place: number, list: ReadonlyMap<number, SubscribedItem>): void {
    if (this.#lists.size >= SUBSCRIPTIONS_MAX) {
      for (const oldest of this.#lists.keys()) {
        this.#lists.delete(oldest);
        break;
      }
    }
    this.#lists.set(place, list);
  }
}

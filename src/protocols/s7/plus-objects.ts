// The objects in CreateObject requests and answers: classes, names, and what a controller and its client say of
// themselves in a session. Rare messages: plain code with objects.
import { printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { Attribute } from './plus-codes.ts';
import { ValueType, PlusReader } from './plus-reader.ts';
import { readItems, type SubscribedItem } from './plus-subscriptions.ts';
import { orderNumber } from './status-lists.ts';

/** Marks between the parts of an object. */
const Element = { objectStart: 0xa1, objectEnd: 0xa2, attribute: 0xa3, relation: 0xa4 } as const;
const ELEMENTS_MAX = 512;
const TEXT_MAX = 128;

export interface ObjectTree {
  /** Class of the outermost object, -1 where there is none. */
  readonly classId: number;
  /** Its type name. */
  readonly name: string;
  /** Texts of all attributes and members, by their id. */
  readonly texts: ReadonlyMap<number, string>;
  /** What a subscription subscribes to. */
  readonly items: readonly SubscribedItem[];
}

/** Reads objects up to the first mark that is none of those known. */
export function readObjects(reader: PlusReader): ObjectTree {
  const texts = new Map<number, string>();
  let classId = -1;
  let items: SubscribedItem[] = [];
  const heard = (id: number, value: PlusReader): void => {
    if (value.type !== ValueType.text || value.count !== 1 || texts.has(id)) return;
    texts.set(id, printable(value.bytes, value.valueStart, value.valueEnd, TEXT_MAX));
  };
  for (let count = 0; count < ELEMENTS_MAX && !reader.short && reader.left > 0; count++) {
    const mark = reader.u8();
    if (mark === Element.objectStart) {
      reader.skip(4);
      const id = reader.number32();
      reader.number32();
      reader.number32();
      if (classId < 0) classId = id;
    } else if (mark === Element.attribute) {
      const id = reader.number32();
      reader.value(heard);
      if (reader.isShort()) break;
      heard(id, reader);
      if (id === Attribute.subscribedItems && reader.type === ValueType.udint) items = readItems(reader);
    } else if (mark === Element.relation) {
      reader.number32();
      reader.skip(4);
    } else if (mark !== Element.objectEnd) break;
  }
  return { classId, name: texts.get(Attribute.typeName) ?? '', texts, items };
}

/** `1;6ES7 511-1AK00-0AB0;V1.0`: the controller's order number and firmware, in the answer that opens a session. */
export function sessionClaims(context: MessageContext, host: number, tree: ObjectTree): void {
  const parts = (tree.texts.get(Attribute.versionOfController) ?? '').split(';');
  if (parts.length < 3) return;
  const say = (attribute: ClaimAttribute, value: string, trust: number = Trust.selfDeclared): void => {
    claim(context, host, -1, attribute, value, 's7comm-plus CreateObject', trust);
  };
  orderNumber(parts[1]!.trim(), say);
  const firmware = parts[2]!.trim();
  if (/^[VTS]\d/.test(firmware)) say('firmware', firmware);
}

/** The program that opens a session says its name. */
export function clientClaims(context: MessageContext, host: number, tree: ObjectTree): void {
  const name = tree.texts.get(Attribute.sessionClient) ?? '';
  if (/[A-Za-z]{3}/.test(name))
    claim(context, host, -1, 'application', name, 's7comm-plus CreateObject', Trust.inferred);
}

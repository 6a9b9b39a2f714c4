// The addresses of S7comm-plus, an area, a member of it, and a path of local ids, written as names into one buffer: reading
// by symbol is what these controllers do all day, so nothing is allocated for it.
import { PlusSpace, VALUE_ACTUAL, isProcessArea, objectText } from './plus-codes.ts';
import type { PlusReader } from './plus-reader.ts';

/** Names of one message, and characters of one. */
export const NAMES_MAX = 200;
export const NAME_BYTES_MAX = 160;
/** Ids of a path that are told. */
const PATH_MAX = 12;

export class PlusNames {
  readonly bytes = new Uint8Array(NAMES_MAX * NAME_BYTES_MAX);
  readonly start = new Int32Array(NAMES_MAX);
  readonly end = new Int32Array(NAMES_MAX);
  readonly space = new Int32Array(NAMES_MAX);
  /** The attribute a name ends with, -1 where it is an address. */
  readonly attribute = new Int32Array(NAMES_MAX);
  count = 0;
  #at = 0;

  clear(): this {
    this.count = 0;
    this.#at = 0;
    return this;
  }

  /** Adds the address at the reader: a checksum of the symbol, the area, how many ids follow, the member, local ids. */
  addAddress(reader: PlusReader, session: number): void {
    reader.number32();
    const area = reader.number32();
    const count = reader.number32();
    this.addPath(reader, area, count, session);
  }

  /** Adds an area and the `count` ids of its path at the reader. */
  addPath(reader: PlusReader, area: number, count: number, session: number): void {
    this.#begin(-1);
    this.#object(area, session);
    let isVariable = isProcessArea(area);
    for (let index = 0; index < count && !reader.short; index++) {
      const id = reader.number32();
      if (index === 0 && isVariable) {
        isVariable = id === VALUE_ACTUAL.block || id === VALUE_ACTUAL.area;
        if (isVariable) continue;
      }
      if (index < PATH_MAX) this.#id(id);
    }
    this.#end(isVariable ? PlusSpace.variable : PlusSpace.attribute);
  }

  addAttribute(object: number, attribute: number, session: number): void {
    this.#begin(attribute);
    this.#object(object, session);
    this.#id(attribute);
    this.#end(PlusSpace.attribute);
  }

  #begin(attribute: number): void {
    this.start[this.count] = this.#at;
    this.attribute[this.count] = attribute;
  }

  #end(space: number): void {
    this.end[this.count] = this.#at;
    this.space[this.count] = space;
    this.count++;
  }

  #object(id: number, session: number): void {
    const text = objectText(id, session);
    for (let index = 0; index < text.length; index++) this.bytes[this.#at++] = text.charCodeAt(index);
    if (text === '' || text === 'DB') this.#number(text === 'DB' ? id & 0xffff : id);
  }

  #id(id: number): void {
    this.bytes[this.#at++] = 0x2e;
    this.#number(id);
  }

  #number(value: number): void {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    let rest = value;
    for (let index = digits - 1; index >= 0; index--) {
      this.bytes[this.#at + index] = 0x30 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#at += digits;
  }
}

// The addresses of S7comm-plus: an area, a member of it, and a path of local ids, which together name a variable.
import type { PlusReader } from './plus-reader.ts';
import { PlusSpace, VALUE_ACTUAL, isProcessArea, objectName } from './plus-codes.ts';

const PATH_MAX = 32;

export interface PlusName {
  readonly space: number;
  readonly name: string;
}

/** A checksum of the symbol, the area, how many ids follow, the member, then the local ids. */
export function readAddress(reader: PlusReader, session: number): PlusName {
  reader.number32();
  const area = reader.number32();
  const count = reader.number32();
  let isVariable = isProcessArea(area);
  let path = '';
  for (let index = 0; index < count && !reader.short; index++) {
    const id = reader.number32();
    if (index === 0) {
      isVariable = isVariable && VALUE_ACTUAL.includes(id);
      if (isVariable) continue;
    }
    if (index < PATH_MAX) path += `.${id}`;
  }
  const name = `${objectName(area, session)}${path}`;
  return { space: isVariable ? PlusSpace.variable : PlusSpace.attribute, name };
}

/** An attribute of an object. */
export function attributeName(object: number, attribute: number, session: number): PlusName {
  return { space: PlusSpace.attribute, name: `${objectName(object, session)}.${attribute}` };
}

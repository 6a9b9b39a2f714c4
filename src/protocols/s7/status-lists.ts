// What a controller says of itself in its system status lists (SZL), as claims. The layout is that of the reference
// manual "System and Standard Functions for S7-300/400". Rare messages: plain code with objects.
import { u16be } from '../../bytes/endian.ts';
import { printable } from '../../bytes/text.ts';
import { Verb } from '../../facts/verbs.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { orderFamily } from '../../../knowledge/siemens-order-numbers.ts';
import { Trust, claim } from '../facts-of-messages.ts';

/** The lower byte of a list's id is its number; the upper chooses an extract. */
const ListNumber = { ids: 0x00, module: 0x11, component: 0x1c, state: 0x24 } as const;
/** Id, index, bytes of a record, number of records. */
const LIST_HEADER = 8;
const RECORDS_MAX = 64;

/** What reading a list is: the list of lists, who the module is, or how it is. */
export function listVerb(id: number): number {
  const number = id & 0xff;
  if (number === ListNumber.ids) return Verb.enumerate;
  return number === ListNumber.module || number === ListNumber.component ? Verb.identify : Verb.diagnose;
}

/** Claims from a whole list in bytes[start..end). */
export function listClaims(context: MessageContext, host: number, bytes: Uint8Array, start: number, end: number): void {
  if (end - start < LIST_HEADER) return;
  const id = u16be(bytes, start);
  const size = u16be(bytes, start + 4);
  const count = Math.min(u16be(bytes, start + 6), RECORDS_MAX);
  const source = `s7comm SZL 0x${id.toString(16).padStart(4, '0')}`;
  const say = (attribute: ClaimAttribute, value: string, trust: number = Trust.selfDeclared): void => {
    claim(context, host, -1, attribute, value, source, trust);
  };
  for (let index = 0; index < count; index++) {
    const at = start + LIST_HEADER + index * size;
    if (size < 2 || at + size > end) return;
    const number = id & 0xff;
    if (number === ListNumber.module && size >= 28) moduleRecord(bytes, at, say);
    else if (number === ListNumber.component && size >= 34) componentRecord(bytes, at, say);
    else if (id === 0x0424 && size >= 4) say('run-state', modeName(bytes[at + 3]! & 15));
  }
}

type Say = (attribute: ClaimAttribute, value: string, trust?: number) => void;

/** 0x11: index, twenty characters of order number, three words of version. */
function moduleRecord(bytes: Uint8Array, at: number, say: Say): void {
  const index = u16be(bytes, at);
  if (index === 1) orderNumber(text(bytes, at + 2, at + 22), say);
  else if (index === 6) say('hardware', String(u16be(bytes, at + 24)));
  else if (index === 7 && bytes[at + 24] === VERSION_LETTER) {
    say('firmware', `V${bytes[at + 25]!}.${bytes[at + 26]!}.${bytes[at + 27]!}`);
  }
}

const VERSION_LETTER = 0x56;
const SIEMENS_ID = 0x002a;

/** 0x1C: index, 32 characters. */
function componentRecord(bytes: Uint8Array, at: number, say: Say): void {
  // In a system of two controllers the upper byte of the index tells which one.
  const index = bytes[at + 1]!;
  const value = text(bytes, at + 2, at + 34);
  if (index === 1) say('name', value);
  else if (index === 2) say('name', value, Trust.inferred);
  else if (index === 3) say('project', value, Trust.inferred);
  else if (index === 4 && value.includes('Siemens')) say('vendor', 'Siemens');
  else if (index === 5) say('serial', value);
  else if (index === 7) say('model', value);
  else if (index === 9 && u16be(bytes, at + 2) === SIEMENS_ID) say('vendor', 'Siemens');
}

/** An order number tells the maker, and where it is certain the family. */
export function orderNumber(value: string, say: Say): void {
  if (!/^6[A-Z]{2}\d /.test(value) && !/^6[A-Z]{2}\d \d{3}-/.test(value)) return;
  say('product-code', value);
  say('vendor', 'Siemens', Trust.inferred);
  const family = orderFamily(value);
  if (family !== undefined) say('model', family.family, Trust.inferred);
}

const MODES: Readonly<Record<number, string>> = {
  1: 'stop (update)',
  2: 'stop (memory reset)',
  3: 'stop (initialisation)',
  4: 'stop',
  5: 'startup (cold restart)',
  6: 'startup (warm restart)',
  7: 'startup (hot restart)',
  8: 'run',
  9: 'run-r',
  10: 'hold',
  11: 'link-up',
  12: 'update',
  13: 'defect',
  14: 'self-test',
  15: 'no power',
};

function modeName(mode: number): string {
  return MODES[mode] ?? '';
}

/** Operating modes as a mode transition tells them: by function of the group. */
export const TRANSITIONS: Readonly<Record<number, string>> = {
  0: 'stop',
  1: 'startup (warm restart)',
  2: 'run',
  3: 'startup (hot restart)',
  4: 'hold',
  6: 'startup (cold restart)',
  9: 'run-r',
  11: 'link-up',
  12: 'update',
};

function text(bytes: Uint8Array, start: number, end: number): string {
  let stop = start;
  while (stop < end && bytes[stop] !== 0) stop++;
  return printable(bytes, start, stop).trim();
}

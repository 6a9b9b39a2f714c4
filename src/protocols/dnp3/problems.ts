// Every rule that can be broken, with the words that explain it. A rule is told with the bytes that break it.
import { violation } from '../facts-of-messages.ts';
import type { MessageContext } from '../../facts/protocol.ts';

/** Stable name of the rule → what is wrong, `#` standing for the numbers. */
export const RULES = {
  'bytes-between-frames': '# octets that are no frame',
  'header-crc-wrong': 'the check of the link header is wrong',
  'block-crc-wrong': 'the check of a block of user data is wrong, or the block is cut',
  'frame-cut-short': 'a frame of # octets, # are there',
  'link-length-too-short': 'link length #, at least 5',
  'link-function-unassigned': 'link function # is not assigned',
  'link-data-unexpected': 'link function # with # octets of user data',
  'source-address-reserved': 'source address # is no address of a device',
  'destination-address-reserved': 'destination address # is reserved',
  'broadcast-by-outstation': 'destination # is every outstation, and an outstation sends to it',
  'transport-header-missing': 'user data without an octet',
  'transport-out-of-sequence': 'transport sequence # does not follow',
  'transport-first-missing': 'a segment with sequence # continues nothing',
  'transport-unfinished': 'a fragment begins before the one before it ended',
  'fragment-too-long': 'more than # octets in one fragment',
  'fragment-too-short': '# octets in a fragment',
  'direction-wrong': 'function # against the direction bit',
  'function-unassigned': 'function # is not assigned',
  'function-obsolete': 'function # is obsolete',
  'request-in-fragments': 'a request in several fragments',
  'unsolicited-flag-wrong': 'function # with the unsolicited flag the wrong way',
  'object-header-cut-short': 'an object header is cut',
  'qualifier-reserved': 'qualifier # is reserved',
  'range-reversed': 'a range that stops before it starts',
  'object-unknown': 'group # variation # is not known',
  'objects-cut-short': '# objects of group #, # are there',
  'qualifier-unfit': 'qualifier # does not fit group #',
  'operate-without-select': 'an operate that no select came before',
  'operate-differs-from-select': 'an operate of other objects than were selected',
  'operate-out-of-sequence': 'operate with sequence #, after a select with #',
} as const;

export type Rule = keyof typeof RULES;

/** Problems told of one message; the rest is more of the same. */
const PROBLEMS_MAX = 8;

export class Problems {
  readonly #protocol: string;
  #count = 0;

  constructor(protocol: string) {
    this.#protocol = protocol;
  }

  /** A new message begins. */
  clear(): void {
    this.#count = 0;
  }

  /** bytes[start..end) breaks the rule at `at`; the numbers go where the rule's text has #. */
  add(
    context: MessageContext,
    rule: Rule,
    unit: number,
    bytes: Uint8Array,
    start: number,
    end: number,
    at: number,
    ...numbers: readonly number[]
  ): void {
    if (this.#count++ >= PROBLEMS_MAX) return;
    let used = 0;
    const detail = RULES[rule].replaceAll('#', () => String(numbers[used++] ?? ''));
    violation(context, this.#protocol, rule, detail, bytes, start, end, at, unit);
  }
}

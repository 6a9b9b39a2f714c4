// Names the kinds of messages of Redis: requests, by their first word where it is one that is read, and answers by their type
// (RESP2 and RESP3).
import { FIRST_WORDS } from './messages.ts';

const TYPES: Readonly<Record<string, string>> = {
  '+': 'simple string',
  '-': 'error',
  ':': 'integer',
  $: 'bulk string',
  '*': 'array',
  _: 'null',
  '#': 'boolean',
  ',': 'double',
  '(': 'big number',
  '!': 'bulk error',
  '=': 'verbatim string',
  '%': 'map',
  '~': 'set',
  '>': 'push',
  '|': 'attribute',
};

export const OTHER_REQUEST = 'other request';

export const MESSAGE_KINDS: readonly string[] = [
  ...new Set(FIRST_WORDS),
  OTHER_REQUEST,
  ...Object.keys(TYPES).map(answerKind),
];

export function answerKind(type: string): string {
  return `answer: ${TYPES[type] ?? 'unknown type'}`;
}

export function requestKind(word: string): string {
  const upper = word.toUpperCase();
  return FIRST_WORDS.includes(upper) ? upper : OTHER_REQUEST;
}

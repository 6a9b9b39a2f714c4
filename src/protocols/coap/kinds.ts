// Names the kinds of messages of CoAP by code (RFC 7252 12.1, RFC 8132); with each goes the type of the message.
import { Code } from './messages.ts';

const METHODS: ReadonlyMap<number, string> = new Map([
  [Code.empty, 'empty'],
  [Code.get, 'GET'],
  [Code.post, 'POST'],
  [Code.put, 'PUT'],
  [Code.delete, 'DELETE'],
  [Code.fetch, 'FETCH'],
  [Code.patch, 'PATCH'],
  [Code.iPatch, 'iPATCH'],
]);
const ANSWERS = [
  ...[0x41, 0x42, 0x43, 0x44, 0x45, 0x5f],
  ...[0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x88, 0x89, 0x8c, 0x8d, 0x8f],
  ...[0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5],
];

export const MESSAGE_KINDS: readonly string[] = [...METHODS.values(), ...ANSWERS.map(messageKind)];

/** `2.05`: class and detail (RFC 7252 3). */
export function messageKind(code: number): string {
  return METHODS.get(code) ?? `${code >> 5}.${String(code & 31).padStart(2, '0')}`;
}

export function typeName(type: number): string {
  return ['CON', 'NON', 'ACK', 'RST'][type] ?? `type ${type}`;
}

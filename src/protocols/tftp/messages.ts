// Opcodes, modes and error codes of TFTP, with the words of RFC 1350 and 2347.
import { Verb } from '../../facts/verbs.ts';

export const Opcode = { readRequest: 1, writeRequest: 2, data: 3, acknowledgment: 4, error: 5, optionAck: 6 } as const;

/** What a request asks for. Storing is judged by who stored before, as any writing. */
export const REQUEST_KINDS = [
  { function: Opcode.readRequest, name: 'RRQ (read request)', verb: Verb['file-read'] },
  { function: Opcode.writeRequest, name: 'WRQ (write request)', verb: Verb.create },
] as const;

/** Code 0 means "not defined, see the text"; an operation that is refused needs a code. */
export const CODE_NOT_DEFINED = 256;

export const ERROR_NAMES: ReadonlyMap<number, string> = new Map([
  [CODE_NOT_DEFINED, 'not defined'],
  [1, 'file not found'],
  [2, 'access violation'],
  [3, 'disk full or allocation exceeded'],
  [4, 'illegal TFTP operation'],
  [5, 'unknown transfer ID'],
  [6, 'file already exists'],
  [7, 'no such user'],
  [8, 'terminated by option negotiation'],
]);

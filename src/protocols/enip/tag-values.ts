// The types of tags (volume 1, appendix C-6.1) and how their values lie in the bytes.
import { u16le } from '../../bytes/endian.ts';
import { Encoding, type Operation } from '../../facts/operation.ts';
import { setValues } from '../facts-of-messages.ts';

/** A structure: followed by the handle of its template. */
const STRUCTURE = 0x02a0;
const FIRST_TYPE = 0xc1;

/** BOOL to LWORD: size in bytes and encoding, from 0xC1 on; size 0 where it is not a number of fixed size. */
const TYPES: readonly (readonly [size: number, encoding: number])[] = [
  [1, Encoding.unsignedLittle], // BOOL
  [1, Encoding.signedLittle], // SINT
  [2, Encoding.signedLittle], // INT
  [4, Encoding.signedLittle], // DINT
  [8, Encoding.signedLittle], // LINT
  [1, Encoding.unsignedLittle], // USINT
  [2, Encoding.unsignedLittle], // UINT
  [4, Encoding.unsignedLittle], // UDINT
  [8, Encoding.unsignedLittle], // ULINT
  [4, Encoding.floatLittle], // REAL
  [8, Encoding.floatLittle], // LREAL
  [0, Encoding.bytes], // STIME
  [0, Encoding.bytes], // DATE
  [0, Encoding.bytes], // TIME_OF_DAY
  [0, Encoding.bytes], // DATE_AND_TIME
  [0, Encoding.bytes], // STRING
  [1, Encoding.unsignedLittle], // BYTE
  [2, Encoding.unsignedLittle], // WORD
  [4, Encoding.unsignedLittle], // DWORD
  [8, Encoding.unsignedLittle], // LWORD
];

/** Bytes of the type at `at`: 2, and for a structure 4; 0 where they are not all there. */
export function typeSize(bytes: Uint8Array, at: number, end: number): number {
  if (at + 2 > end) return 0;
  const size = u16le(bytes, at) === STRUCTURE ? 4 : 2;
  return at + size <= end ? size : 0;
}

/** Values of the type that stands at `typeAt`, from `start` to `end`; bytes where they are no numbers. */
export function setTyped(operation: Operation, bytes: Uint8Array, typeAt: number, start: number, end: number): void {
  const known = TYPES[u16le(bytes, typeAt) - FIRST_TYPE];
  if (known === undefined || known[0] === 0) setBytes(operation, bytes, start, end);
  else setValues(operation, bytes, start, known[0], known[1], Math.floor((end - start) / known[0]));
}

export function setBytes(operation: Operation, bytes: Uint8Array, start: number, end: number): void {
  if (end > start) setValues(operation, bytes, start, 1, Encoding.bytes, end - start);
}

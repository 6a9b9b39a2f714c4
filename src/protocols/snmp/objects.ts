// Puts the objects of a message into an operation: names as dotted text, values as numbers or bytes.
import { Encoding, type Operation } from '../../facts/operation.ts';
import { BerTag, OID_TEXT_MAX, oidText, putDecimal } from '../ber.ts';
import { setValues } from '../facts-of-messages.ts';
import { Pdu, ValueTag } from './messages.ts';
import type { Binding, SnmpMessage } from './parse.ts';

/** 1.3.6.1.6.3.15.1.1, usmStats (RFC 3414 5). */
const USM_STATS = [0x2b, 6, 1, 6, 3, 15, 1, 1];
const USM_STATS_LAST = 6;
/** 1.3.6.1.6.3.1.1.4.1.0, snmpTrapOID.0 (RFC 3418 2). */
const TRAP_OID = [0x2b, 6, 1, 6, 3, 1, 1, 4, 1, 0];
/** 1.3.6.1.6.3.1.1.5, snmpTraps: the generic traps of version 1 are its numbers, from 1 on (RFC 3584 3.1). */
const GENERIC_TRAPS = new TextEncoder().encode('1.3.6.1.6.3.1.1.5.');
const ENTERPRISE_SPECIFIC = 6;
const NUMBER_BYTES = 8;
const VALUE_BYTES_MAX = 1024;
const DOT = 0x2e;
const DIGIT_0 = 0x30;

export class Objects {
  /** Longest text, and two more numbers behind it. */
  readonly #name = new Uint8Array(OID_TEXT_MAX + 32);
  readonly #number = new Uint8Array(NUMBER_BYTES);

  /** The name of the operation; false, and none, where it is not valid. */
  name(operation: Operation, bytes: Uint8Array, start: number, end: number): boolean {
    const length = oidText(bytes, start, end, this.#name);
    this.#setName(operation, Math.max(0, length));
    return length > 0;
  }

  /** A trap is named by what it tells, as in version 2 (RFC 3584 3.1), whatever variables it carries. */
  nameTrap(operation: Operation, bytes: Uint8Array, message: SnmpMessage, binding: Binding): void {
    if (message.pdu === Pdu.trapV1) {
      this.#nameTrapV1(operation, bytes, message);
      return;
    }
    for (let at = message.bindingsStart; binding.read(bytes, at, message.bindingsEnd); at = binding.next) {
      const isTrapOid = binding.nameEnd - binding.nameStart === TRAP_OID.length && isAt(bytes, binding, TRAP_OID);
      if (!isTrapOid || binding.valueTag !== BerTag.objectIdentifier) continue;
      if (this.name(operation, bytes, binding.valueStart, binding.valueEnd)) operation.space = 1;
      return;
    }
  }

  #nameTrapV1(operation: Operation, bytes: Uint8Array, message: SnmpMessage): void {
    const { genericTrap, specificTrap } = message;
    const name = this.#name;
    let length: number;
    if (genericTrap >= 0 && genericTrap < ENTERPRISE_SPECIFIC) {
      name.set(GENERIC_TRAPS);
      length = putDecimal(name, GENERIC_TRAPS.length, genericTrap + 1);
    } else {
      length = oidText(bytes, message.enterpriseStart, message.enterpriseEnd, name);
      if (length <= 0) return;
      name[length] = DOT;
      name[length + 1] = DIGIT_0;
      name[length + 2] = DOT;
      length = putDecimal(name, length + 3, specificTrap >>> 0);
    }
    this.#setName(operation, length);
    operation.space = 1;
  }

  /** Which counter of usmStats it is, 0 for none of them. */
  usmCounter(bytes: Uint8Array, start: number, end: number): number {
    if (end - start <= USM_STATS.length) return 0;
    for (let index = 0; index < USM_STATS.length; index++) if (bytes[start + index] !== USM_STATS[index]) return 0;
    const counter = bytes[start + USM_STATS.length]!;
    return counter <= USM_STATS_LAST ? counter : 0;
  }

  setValue(operation: Operation, bytes: Uint8Array, binding: Binding): void {
    const { valueTag, valueStart, valueEnd } = binding;
    const size = valueEnd - valueStart;
    if (size === 0) return;
    switch (valueTag) {
      case BerTag.integer:
        this.#setNumber(operation, bytes, valueStart, valueEnd, Encoding.signed);
        break;
      case ValueTag.counter32:
      case ValueTag.gauge32:
      case ValueTag.timeTicks:
      case ValueTag.counter64:
        this.#setNumber(operation, bytes, valueStart, valueEnd, Encoding.unsigned);
        break;
      case BerTag.octetString:
      case BerTag.objectIdentifier:
      case ValueTag.ipAddress:
      case ValueTag.opaque:
        setValues(operation, bytes, valueStart, Math.min(size, VALUE_BYTES_MAX), Encoding.bytes, 1);
        break;
      default:
    }
  }

  /** As 4 or 8 bytes, whatever the message needed for it. */
  #setNumber(operation: Operation, bytes: Uint8Array, start: number, end: number, encoding: number): void {
    let from = start;
    // An unsigned number has one zero more where its first bit is set.
    if (end - from > NUMBER_BYTES && bytes[from] === 0) from++;
    const size = end - from;
    if (size > NUMBER_BYTES) return;
    const room = size <= 4 ? 4 : NUMBER_BYTES;
    const isNegative = encoding === Encoding.signed && bytes[from]! >= 0x80;
    this.#number.fill(isNegative ? 0xff : 0);
    for (let index = 0; index < size; index++) this.#number[room - size + index] = bytes[from + index]!;
    setValues(operation, this.#number, 0, room, encoding, 1);
  }

  #setName(operation: Operation, length: number): void {
    operation.nameBytes = this.#name;
    operation.nameStart = 0;
    operation.nameEnd = length;
  }
}

function isAt(bytes: Uint8Array, { nameStart }: Binding, expected: readonly number[]): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[nameStart + index] !== expected[index]) return false;
  return true;
}

// What a device says of itself in answers: the system group (RFC 3418 2), a chassis of entPhysicalTable (RFC 6933), and
// the identity of its engine (RFC 3411 5).
import { hex, printable } from '../../bytes/text.ts';
import type { ClaimAttribute } from '../../facts/facts.ts';
import type { MessageContext } from '../../facts/protocol.ts';
import { BerTag, OID_TEXT_MAX, berInteger, oidText } from '../ber.ts';
import { Trust, claim } from '../facts-of-messages.ts';
import { type FlowState, markOf, tellOnce } from './flows.ts';
import type { Binding, SnmpMessage } from './parse.ts';

/** 1.3.6.1.2.1, then 1.X.0 of the system group or 47.1.1.1.1.COLUMN.ROW of entPhysicalTable. */
const MIB_2 = [0x2b, 6, 1, 2, 1];
const SYSTEM = [1];
const PHYSICAL = [47, 1, 1, 1, 1];
const SYSTEM_BYTES = MIB_2.length + SYSTEM.length + 1;
const PHYSICAL_BYTES = MIB_2.length + PHYSICAL.length;
const System = { description: 1, objectId: 2, name: 5 } as const;
const CLASS_COLUMN = 5;
const CHASSIS = 3;
const NO_CLASS_ROW = 1;
const COLUMNS: ReadonlyMap<number, ClaimAttribute> = new Map([
  [7, 'name'],
  [8, 'hardware'],
  [9, 'firmware'],
  [10, 'application'],
  [11, 'serial'],
  [12, 'vendor'],
  [13, 'model'],
]);
/** sysDescr that plainly begins with, or names, an operating system. */
const OPERATING_SYSTEM = /^(?:Linux|FreeBSD|OpenBSD|NetBSD|SunOS|Darwin|HP-UX|AIX|VxWorks)\b|\bSoftware: Windows\b/;
const ENGINE = 3;
const SYSTEM_KIND = 4;
const PHYSICAL_KIND = 5;

export class Identity {
  readonly #text = new Uint8Array(OID_TEXT_MAX);

  /** One binding of an answer that `host` gave. */
  told(context: MessageContext, state: FlowState, host: number, bytes: Uint8Array, binding: Binding): void {
    const { nameStart, nameEnd } = binding;
    if (nameEnd - nameStart < SYSTEM_BYTES + 1 || !isAt(bytes, nameStart, MIB_2)) return;
    const at = nameStart + MIB_2.length;
    if (isAt(bytes, at, SYSTEM)) this.#system(context, state, host, bytes, binding);
    else if (isAt(bytes, at, PHYSICAL) && nameEnd - nameStart > PHYSICAL_BYTES + 1)
      physical(context, state, host, bytes, binding);
  }

  #system(context: MessageContext, state: FlowState, host: number, bytes: Uint8Array, binding: Binding): void {
    const { nameStart, nameEnd, valueTag, valueStart, valueEnd } = binding;
    if (nameEnd - nameStart !== SYSTEM_BYTES + 1 || bytes[nameEnd - 1] !== 0) return;
    const object = bytes[nameStart + SYSTEM_BYTES - 1]!;
    const isText = valueTag === BerTag.octetString;
    const isOid = object === System.objectId && valueTag === BerTag.objectIdentifier;
    if (!isOid && !(isText && (object === System.description || object === System.name))) return;
    if (!tellOnce(state, markOf(SYSTEM_KIND * 256 + object, bytes, valueStart, valueEnd))) return;
    if (isOid) {
      const length = oidText(bytes, valueStart, valueEnd, this.#text);
      if (length > 0) claim(context, host, -1, 'product-code', printable(this.#text, 0, length), 'snmp sysObjectID');
    } else if (object === System.name) {
      claim(context, host, -1, 'name', oneLine(bytes, valueStart, valueEnd), 'snmp sysName');
    } else {
      const value = oneLine(bytes, valueStart, valueEnd);
      const attribute = OPERATING_SYSTEM.test(value) ? 'operating-system' : 'application';
      claim(context, host, -1, attribute, value, 'snmp sysDescr', Trust.inferred);
    }
  }
}

/** The engine that has authority is the one that answers or sends a trap (RFC 3414 1.5.1). */
export function tellEngine(
  context: MessageContext,
  state: FlowState,
  host: number,
  message: SnmpMessage,
  bytes: Uint8Array,
): void {
  const { engineStart, engineEnd } = message;
  if (engineEnd <= engineStart || engineEnd - engineStart > 32) return;
  if (!tellOnce(state, markOf(ENGINE, bytes, engineStart, engineEnd))) return;
  const value = hex(bytes, engineStart, engineEnd);
  const { timeUs, frame } = context;
  context.sink.trait({ fact: 'trait', timeUs, frame, host, trait: 'snmp-engine-id', value });
}

/** Only rows that are the device as a whole: the first chassis, or row 1 while no class is known. */
function physical(context: MessageContext, state: FlowState, host: number, bytes: Uint8Array, binding: Binding): void {
  const { nameStart, nameEnd, valueTag, valueStart, valueEnd } = binding;
  const column = bytes[nameStart + PHYSICAL_BYTES]!;
  const row = rowOf(bytes, nameStart + PHYSICAL_BYTES + 1, nameEnd);
  if (column === CLASS_COLUMN) {
    if (state.chassis < 0 && berInteger(bytes, valueStart, valueEnd) === CHASSIS) state.chassis = row;
    return;
  }
  const attribute = COLUMNS.get(column);
  if (attribute === undefined || valueTag !== BerTag.octetString) return;
  if (row !== (state.chassis < 0 ? NO_CLASS_ROW : state.chassis)) return;
  if (!tellOnce(state, markOf(PHYSICAL_KIND * 256 + column, bytes, valueStart, valueEnd))) return;
  const trust = state.chassis < 0 ? Trust.inferred : Trust.selfDeclared;
  claim(context, host, -1, attribute, oneLine(bytes, valueStart, valueEnd), 'snmp entPhysicalTable', trust);
}

function rowOf(bytes: Uint8Array, start: number, end: number): number {
  let row = 0;
  for (let at = start; at < end; at++) row = row * 128 + (bytes[at]! & 0x7f);
  return row;
}

function isAt(bytes: Uint8Array, at: number, expected: readonly number[]): boolean {
  for (let index = 0; index < expected.length; index++) if (bytes[at + index] !== expected[index]) return false;
  return true;
}

function oneLine(bytes: Uint8Array, start: number, end: number): string {
  return printable(bytes, start, end).replace(/(?:\\x0d|\\x0a|\\x00|\s)+/g, ' ');
}

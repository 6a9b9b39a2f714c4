// Names the kinds of messages of DNS and its relatives: by operation code (RFC 1035 4.1.1, RFC 6895 2.2; of NetBIOS RFC 1002
// 4.2.1.1), answers to queries by their code too. With each goes the type of the first question.
import { u16be } from '../../bytes/endian.ts';
import type { KindSink } from '../../facts/protocol.ts';
import { HEADER_BYTES } from './messages.ts';
import { nameEnd } from './names.ts';

const OPERATIONS: ReadonlyMap<number, string> = new Map([
  [0, 'query'],
  [1, 'inverse query'],
  [2, 'status'],
  [4, 'notify'],
  [5, 'update'],
  [6, 'stateful operation'],
]);
const NETBIOS_OPERATIONS: ReadonlyMap<number, string> = new Map([
  [0, 'query'],
  [5, 'registration'],
  [6, 'release'],
  [7, 'wait for acknowledgement'],
  [8, 'refresh'],
  [9, 'refresh (alternate code)'],
  [15, 'multi-homed registration'],
]);
const CODES: ReadonlyMap<number, string> = new Map([
  [0, 'NoError'],
  [1, 'FormErr'],
  [2, 'ServFail'],
  [3, 'NXDomain'],
  [4, 'NotImp'],
  [5, 'Refused'],
  [6, 'YXDomain'],
  [7, 'YXRRSet'],
  [8, 'NXRRSet'],
  [9, 'NotAuth'],
  [10, 'NotZone'],
]);

function kindsOf(operations: ReadonlyMap<number, string>): readonly string[] {
  return [...operations].flatMap(([code, name]) =>
    code === 0 ? [name, ...[...CODES.values()].map((answer) => `response ${answer}`)] : [name, `${name} response`],
  );
}

export const MESSAGE_KINDS = kindsOf(OPERATIONS);
export const NETBIOS_MESSAGE_KINDS = kindsOf(NETBIOS_OPERATIONS);

/** Of the 16 bits behind the number of the message. */
export function messageKind(flags: number, isNetbios: boolean): string {
  const code = (flags >> 11) & 15;
  const name = (isNetbios ? NETBIOS_OPERATIONS : OPERATIONS).get(code) ?? `operation ${code}`;
  if (flags < 0x8000) return name;
  return code === 0 ? `response ${CODES.get(flags & 15) ?? `code ${flags & 15}`}` : `${name} response`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, isNetbios: boolean, tell: KindSink): void {
  if (end - start < HEADER_BYTES) return;
  const hasQuestion = u16be(bytes, start + 4) > 0;
  const typeAt = hasQuestion ? nameEnd(bytes, start, end, start + HEADER_BYTES) : -1;
  tell(
    messageKind(u16be(bytes, start + 2), isNetbios),
    typeAt < 0 || typeAt + 2 > end ? '' : `${u16be(bytes, typeAt)}`,
  );
}

// Names the kinds of messages of LDAP: the choices of `protocolOp` by the number of their tag (RFC 4511 4.2 to 4.14).
import type { KindSink } from '../../facts/protocol.ts';
import { messageSize, operationAt } from './parse.ts';

const NAMES: ReadonlyMap<number, string> = new Map([
  [0, 'bindRequest'],
  [1, 'bindResponse'],
  [2, 'unbindRequest'],
  [3, 'searchRequest'],
  [4, 'searchResEntry'],
  [5, 'searchResDone'],
  [6, 'modifyRequest'],
  [7, 'modifyResponse'],
  [8, 'addRequest'],
  [9, 'addResponse'],
  [10, 'delRequest'],
  [11, 'delResponse'],
  [12, 'modDNRequest'],
  [13, 'modDNResponse'],
  [14, 'compareRequest'],
  [15, 'compareResponse'],
  [16, 'abandonRequest'],
  [19, 'searchResRef'],
  [23, 'extendedReq'],
  [24, 'extendedResp'],
  [25, 'intermediateResponse'],
]);

export const MESSAGE_KINDS: readonly string[] = [...NAMES.values()];

export function messageKind(operation: number): string {
  return NAMES.get(operation) ?? `operation ${operation}`;
}

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  let message = start;
  while (message < end) {
    const at = operationAt(bytes, message, end);
    if (at > 0) tell(messageKind(bytes[at]! & 0x1f));
    const size = messageSize(bytes, message, end);
    if (size <= 0) return;
    message += size;
  }
}

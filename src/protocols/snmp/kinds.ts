// Names the kinds of messages of SNMP: version and protocol data unit (RFC 1157 4.1, RFC 3416 3, RFC 3412 6).
import type { KindSink } from '../../facts/protocol.ts';
import { NO_PDU, PDU_NAMES, Pdu } from './messages.ts';
import { SnmpMessage } from './parse.ts';

const VERSIONS: ReadonlyMap<number, string> = new Map([
  [0, 'version 1'],
  [1, 'version 2c'],
  [3, 'version 3'],
]);
const OF_VERSION_1: readonly number[] = [Pdu.get, Pdu.getNext, Pdu.response, Pdu.set, Pdu.trapV1];

export const MESSAGE_KINDS: readonly string[] = [...VERSIONS.keys()].flatMap((version) => [
  ...[...PDU_NAMES.keys()]
    .filter((pdu) => (version === 0 ? OF_VERSION_1.includes(pdu) : pdu !== Pdu.trapV1))
    .map((pdu) => messageKind(version, pdu)),
  ...(version === 3 ? [messageKind(version, NO_PDU)] : []),
]);

export function messageKind(version: number, pdu: number): string {
  const unit = pdu === NO_PDU ? 'encrypted' : (PDU_NAMES.get(pdu) ?? `data unit ${pdu}`);
  return `${VERSIONS.get(version) ?? `version ${version}`}, ${unit}`;
}

const message = new SnmpMessage();

export function tellKinds(bytes: Uint8Array, start: number, end: number, tell: KindSink): void {
  if (message.parse(bytes, start, end) || message.pduStart > 0) tell(messageKind(message.version, message.pdu));
}

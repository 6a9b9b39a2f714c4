// SNMP: the protocol's entry in the list.
import type { Protocol } from '../../facts/protocol.ts';
import { MESSAGE_KINDS } from './kinds.ts';
import { CODE_NAMES, NAME, PDU_NAMES } from './messages.ts';
import { MESSAGE_BYTES_MAX } from './parse.ts';
import { SnmpDecoder } from './session.ts';

export const snmp: Protocol = {
  name: NAME,
  title: 'SNMP',
  transports: ['udp', 'tcp'],
  ports: [161, 162],
  frameBytesMax: MESSAGE_BYTES_MAX,
  functionName: (code) => PDU_NAMES.get(code) ?? (code < 0 ? '' : `data unit ${code}`),
  spaceName: (space) => (space === 0 ? '' : 'object'),
  codeName: (code) => CODE_NAMES.get(code) ?? `error-status ${code}`,
  family: 'management',
  kinds: [...PDU_NAMES].map(([code, kind]) => ({ function: code, subfunction: -1, name: kind })),
  messageKinds: MESSAGE_KINDS,
  summary:
    'Simple Network Management Protocol versions 1, 2c and 3: reads, writes, traps, communities, users, identity',
  start: (protocol) => new SnmpDecoder(protocol),
};

// Error codes: the general status of CIP with its extended status, the status of the encapsulation, and that of PCCC,
// folded into one number.
import { hex } from './classes.ts';

/** Volume 1, appendix B-1. */
const GENERAL: readonly string[] = [
  'success',
  'connection failure',
  'resource unavailable',
  'invalid parameter value',
  'path segment error',
  'path destination unknown',
  'partial transfer',
  'connection lost',
  'service not supported',
  'invalid attribute value',
  'attribute list error',
  'already in requested mode or state',
  'object state conflict',
  'object already exists',
  'attribute not settable',
  'privilege violation',
  'device state conflict',
  'reply data too large',
  'fragmentation of a primitive value',
  'not enough data',
  'attribute not supported',
  'too much data',
  'object does not exist',
  'service fragmentation sequence not in progress',
  'no stored attribute data',
  'store operation failure',
  'routing failure, request too large',
  'routing failure, response too large',
  'missing attribute list entry data',
  'invalid attribute value list',
  'embedded service error',
  'vendor specific error',
  'invalid parameter',
  'write-once value already written',
  'invalid reply received',
  'buffer overflow',
  'message format error',
  'key failure in path',
  'path size invalid',
  'unexpected attribute in list',
  'invalid member id',
  'member not settable',
  'group 2 only server general failure',
  'unknown modbus error',
  'attribute not gettable',
];

export const General = { success: 0, connectionFailure: 1, partialTransfer: 6, embeddedServiceError: 0x1e } as const;

/** Extended status of general status 1 (volume 1, table 3-5.29). */
const CONNECTION_FAILURES: Readonly<Record<number, string>> = {
  0x0100: 'connection in use or duplicate forward open',
  0x0103: 'transport class and trigger combination not supported',
  0x0106: 'ownership conflict',
  0x0107: 'target connection not found',
  0x0108: 'invalid network connection parameter',
  0x0109: 'invalid connection size',
  0x0110: 'target for connection not configured',
  0x0111: 'requested packet interval not supported',
  0x0112: 'requested packet interval not acceptable',
  0x0113: 'out of connections',
  0x0114: 'vendor id or product code mismatch',
  0x0115: 'device type mismatch',
  0x0116: 'revision mismatch',
  0x0117: 'invalid produced or consumed application path',
  0x0118: 'invalid or inconsistent configuration application path',
  0x0119: 'non-listen only connection not opened',
  0x011a: 'target object out of connections',
  0x011b: 'requested packet interval below the production inhibit time',
  0x011c: 'transport class not supported',
  0x0203: 'connection timed out',
  0x0204: 'unconnected request timed out',
  0x0205: 'parameter error in unconnected request',
  0x0206: 'message too large for unconnected send',
  0x0207: 'unconnected acknowledged without reply',
  0x0301: 'no buffer memory available',
  0x0302: 'network bandwidth not available',
  0x0311: 'port not available',
  0x0312: 'link address not valid',
  0x0315: 'invalid segment in connection path',
  0x0316: 'forward close connection path mismatch',
  0x0317: 'scheduling not specified',
  0x0318: 'link address to self invalid',
  0x0319: 'secondary resources unavailable',
  0x031a: 'rack connection already established',
  0x031b: 'module connection already established',
};

/**
 * Failures that mean that nothing is where the route leads have codes of their own, below 256, in a range that the
 * specification reserves (2D to CF).
 */
const ABSENT_FIRST = 0x80;
const ABSENT_EXTENDED: readonly number[] = [0x0204, 0x0311, 0x0312, 0x0318];
/** STS 30 of PCCC: the remote node is missing. */
const ABSENT_PCCC = ABSENT_FIRST + ABSENT_EXTENDED.length;

const ENCAPSULATION = 0x100_0000;
const ENCAPSULATION_STATUS: Readonly<Record<number, string>> = {
  0x01: 'invalid command',
  0x02: 'no memory resources',
  0x03: 'incorrect data',
  0x64: 'invalid session handle',
  0x65: 'invalid length',
  0x69: 'unsupported protocol revision',
  0x6a: 'encapsulated service not allowed on this port',
};

const PCCC = 0x200_0000;
/** High nibble of STS (1770-6.5.16, chapter 8). */
const PCCC_REMOTE_ERRORS: readonly string[] = [
  '',
  'illegal command or format',
  'host has a problem and will not communicate',
  'remote node host is missing, disconnected or shut down',
  'host could not complete function due to hardware fault',
  'addressing problem or memory protect rungs',
  'function not allowed due to command protection selection',
  'processor is in program mode',
  'compatibility mode file missing or communication zone problem',
  'remote node cannot buffer command',
  'wait acknowledge',
  'remote node problem due to download',
  'wait acknowledge',
  '',
  '',
  'error code in the extended status',
];
const PCCC_EXTENDED: readonly string[] = [
  '',
  'a field has an illegal value',
  'fewer levels specified in address than minimum',
  'more levels specified in address than supported',
  'symbol not found',
  'symbol of improper format',
  'address does not point to something usable',
  'file is wrong size',
  'situation has changed since the start of the command',
  'data or file too large',
  'transaction size plus word address too large',
  'access denied, improper privilege',
  'resource not available',
  'resource already available',
  'command cannot be executed',
  'histogram overflow',
  'no access',
  'illegal data type',
  'invalid parameter or data',
  'address reference to deleted area',
  'command execution failure',
  'data conversion error',
  'scanner cannot communicate with adapter',
  'type mismatch',
  'module response was not valid',
  'duplicated label',
  'file is open; another node owns it',
  'another node is the program owner',
  '',
  '',
  'data table element protection violation',
  'temporary internal problem',
];
const PCCC_HAS_EXTENDED = 0xf0;

/** General status plus 256 × the first word of the extended status; see ABSENT_FIRST. */
export function cipCode(general: number, extended: number): number {
  if (general === General.connectionFailure) {
    const absent = ABSENT_EXTENDED.indexOf(extended);
    if (absent >= 0) return ABSENT_FIRST + absent;
  }
  return general + extended * 256;
}

export function encapsulationCode(status: number): number {
  return status === 0 ? 0 : ENCAPSULATION + Math.min(status, 0xffff);
}

/** STS plus 256 × EXT STS. */
export function pcccCode(status: number, extended: number): number {
  if (status === 0) return 0;
  if (status === 0x30) return ABSENT_PCCC;
  return PCCC + status + (status === PCCC_HAS_EXTENDED ? extended * 256 : 0);
}

export function isAbsent(code: number): boolean {
  return code >= ABSENT_FIRST && code <= ABSENT_PCCC;
}

export function codeName(code: number): string {
  if (code >= PCCC) return pcccName(code - PCCC);
  if (code >= ENCAPSULATION) return ENCAPSULATION_STATUS[code - ENCAPSULATION] ?? '';
  if (code === ABSENT_PCCC) return PCCC_REMOTE_ERRORS[3]!;
  if (isAbsent(code)) return CONNECTION_FAILURES[ABSENT_EXTENDED[code - ABSENT_FIRST]!]!;
  const general = code & 0xff;
  const extended = code >> 8;
  const name = GENERAL[general] ?? '';
  if (extended === 0) return name;
  const detail = general === General.connectionFailure ? CONNECTION_FAILURES[extended] : undefined;
  return detail ?? `${name}${name === '' ? '' : ', '}extended status ${hex(extended)}`;
}

function pcccName(code: number): string {
  const status = code & 0xff;
  const extended = code >> 8;
  if (status === PCCC_HAS_EXTENDED) return PCCC_EXTENDED[extended] ?? '';
  return PCCC_REMOTE_ERRORS[status >> 4] ?? '';
}

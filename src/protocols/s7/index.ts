// S7comm, the protocol of Siemens S7-300 and S7-400 controllers and of everything that speaks to them, and S7comm-plus,
// that of S7-1200 and S7-1500: two protocols on one transport.
import type { Protocol } from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX } from '../iso-on-tcp.ts';
import { spaceName } from './areas.ts';
import { Group, KINDS, USER_DATA, codeName, functionName } from './codes.ts';
import { s7commDecoder } from './comm.ts';
import { PLUS_KINDS, plusCodeName, plusFunctionName, plusSpaceName } from './plus-codes.ts';
import { s7commPlusDecoder } from './plus.ts';

/** The port of ISO transport over TCP (RFC 1006), which MMS and others use as well. */
const PORTS = [102];

export const s7comm: Protocol = {
  name: 's7comm',
  title: 'S7comm',
  transports: ['tcp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  isEngineering: (code) => code === USER_DATA + Group.programmer,
  family: 'process',
  kinds: KINDS,
  summary: 'variables in all address syntaxes, block download and upload, program invocations, user data of all groups',
  start: (index) => s7commDecoder(index, 's7comm'),
};

export const s7commPlus: Protocol = {
  name: 's7comm-plus',
  title: 'S7comm-plus',
  transports: ['tcp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName: plusFunctionName,
  spaceName: plusSpaceName,
  codeName: plusCodeName,
  family: 'process',
  kinds: PLUS_KINDS,
  summary: 'sessions, variables by symbol, objects, notifications, the operating state; not what TLS hides',
  start: (index) => s7commPlusDecoder(index, 's7comm-plus'),
};

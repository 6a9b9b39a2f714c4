// S7comm, the protocol of Siemens S7-300 and S7-400 controllers and of everything that speaks to them.
import type { Protocol } from '../../facts/protocol.ts';
import { spaceName } from './areas.ts';
import { KINDS, codeName, functionName } from './codes.ts';
import { FRAME_BYTES_MAX, S7commDecoder } from './comm.ts';

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
  family: 'process',
  kinds: KINDS,
  summary: 'variables in all address syntaxes, block download and upload, program invocations, user data of all groups',
  start: (index) => new S7commDecoder(index, 's7comm'),
};

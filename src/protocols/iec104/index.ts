// IEC 60870-5-104: telecontrol of substations and plants over TCP, with the messages of IEC 60870-5-101.
import type { Protocol } from '../../facts/protocol.ts';
import { FRAME_BYTES_MAX } from './apci.ts';
import { KINDS, UNITS, codeName, functionName, isAbsent, spaceName } from './messages.ts';
import { Iec104Decoder } from './session.ts';

const PORTS = [2404];

export const iec104: Protocol = {
  name: 'iec104',
  title: 'IEC 60870-5-104',
  transports: ['tcp'],
  ports: PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  isAbsent,
  family: 'process',
  units: UNITS,
  kinds: KINDS,
  summary: 'control functions, all types of 101 and 104 with their qualities and times, commands with select, files',
  start: (index) => new Iec104Decoder(index, 'iec104', PORTS),
};

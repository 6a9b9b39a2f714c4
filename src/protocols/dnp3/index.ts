// DNP3 (IEEE 1815) over TCP and UDP: the protocol's entry in the list.
import type { Protocol } from '../../facts/protocol.ts';
import { Dnp3Decoder } from './decoder.ts';
import { FRAME_BYTES_MAX } from './link.ts';
import { codeName, functionName, KINDS, spaceName, UNITS } from './messages.ts';

export const dnp3: Protocol = {
  name: 'dnp3',
  title: 'DNP3',
  transports: ['tcp', 'udp'],
  ports: [20_000],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  family: 'process',
  units: UNITS,
  kinds: KINDS,
  summary: 'all functions, points with quality, commands, unsolicited responses, files, attributes, authentication',
  start: (index) => new Dnp3Decoder(index, 'dnp3'),
};

// EtherNet/IP with CIP and PCCC, and the implicit I/O that goes beside it.
import type { Protocol, ProtocolUnits } from '../../facts/protocol.ts';
import { spaceName } from './classes.ts';
import { COMMAND_FUNCTIONS, COMMAND_KINDS, FRAME_BYTES_MAX, commandName } from './commands.ts';
import { EnipDecoder } from './encapsulation.ts';
import { EnipIoDecoder, IO_FRAME_BYTES_MAX, IO_KINDS } from './io.ts';
import { unitName } from './path.ts';
import { PCCC_FUNCTIONS, PCCC_KINDS, pcccName } from './pccc-functions.ts';
import { SERVICE_KINDS, serviceName } from './services.ts';
import { codeName, isAbsent } from './status.ts';

const UNITS: ProtocolUnits = {
  name: unitName,
  // What no route leads to has no unit.
  isHostItself: (unit) => unit < 0,
  areBehind: true,
};

function functionName(code: number, subfunction: number): string {
  if (code >= PCCC_FUNCTIONS) return pcccName(code - PCCC_FUNCTIONS, subfunction);
  if (code >= COMMAND_FUNCTIONS) return commandName(code);
  return serviceName(code, subfunction);
}

export const enip: Protocol = {
  name: 'enip',
  title: 'EtherNet/IP',
  transports: ['tcp', 'udp'],
  ports: [44818],
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  isAbsent,
  family: 'process',
  units: UNITS,
  kinds: [...COMMAND_KINDS, ...SERVICE_KINDS, ...PCCC_KINDS],
  summary: 'encapsulation, CIP services connected and not, routes, tags, files, firmware, and PCCC',
  start: (index) => new EnipDecoder(index, 'enip'),
};

export const enipIo: Protocol = {
  name: 'enip-io',
  title: 'EtherNet/IP implicit I/O',
  transports: ['udp'],
  ports: [2222],
  frameBytesMax: IO_FRAME_BYTES_MAX,
  functionName: () => '',
  spaceName: () => '',
  codeName: () => '',
  family: 'process',
  kinds: [],
  messageKinds: IO_KINDS,
  summary: 'recognised; the data are not interpreted',
  start: () => new EnipIoDecoder('enip-io'),
};

// Modbus/TCP, and the serial framing (RTU) carried over TCP or UDP: two protocols with one meaning.
import type { Protocol } from '../../facts/protocol.ts';
import { codeName, functionName, isAbsent, KINDS, spaceName, UNITS } from './messages.ts';
import { ModbusRtuDecoder, RTU_FRAME_BYTES_MAX } from './rtu.ts';
import { FRAME_BYTES_MAX, ModbusTcpDecoder } from './tcp.ts';

const MODBUS_PORTS = [502];
/** Serial device servers: their makers' defaults for a raw socket, besides Modbus's own port. */
const MODBUS_RTU_PORTS = [502, 503, 4001, 10001];

export const modbus: Protocol = {
  name: 'modbus',
  title: 'Modbus/TCP',
  transports: ['tcp', 'udp'],
  ports: MODBUS_PORTS,
  frameBytesMax: FRAME_BYTES_MAX,
  functionName,
  spaceName,
  codeName,
  isAbsent,
  family: 'process',
  units: UNITS,
  kinds: KINDS,
  summary: 'all public functions, exceptions, device identification, file records, and UMAS (function 90)',
  start: (index) => new ModbusTcpDecoder(index, 'modbus', MODBUS_PORTS),
};

export const modbusRtu: Protocol = {
  ...modbus,
  name: 'modbus-rtu',
  title: 'Modbus RTU over TCP or UDP',
  ports: MODBUS_RTU_PORTS,
  frameBytesMax: RTU_FRAME_BYTES_MAX,
  summary: 'the same messages in the serial framing with its CRC, as serial device servers carry it',
  start: (index) => new ModbusRtuDecoder(index, 'modbus-rtu', MODBUS_RTU_PORTS),
};

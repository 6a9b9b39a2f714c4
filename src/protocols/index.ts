// Every protocol that is decoded, in the order in which content is tried. One line each.
import type { Protocol } from '../facts/protocol.ts';
import { bacnet } from './bacnet/index.ts';
import { enip, enipIo } from './enip/index.ts';
import { iec104 } from './iec104/index.ts';
import { modbus, modbusRtu } from './modbus/index.ts';

export const protocols: readonly Protocol[] = [modbus, enip, enipIo, iec104, bacnet, modbusRtu];

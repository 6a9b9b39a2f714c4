// Every protocol that is decoded, in the order in which content is tried. One line each.
import type { Protocol } from '../facts/protocol.ts';
import { modbus, modbusRtu } from './modbus/index.ts';
import { s7comm, s7commPlus } from './s7/index.ts';

export const protocols: readonly Protocol[] = [modbus, modbusRtu, s7comm, s7commPlus];

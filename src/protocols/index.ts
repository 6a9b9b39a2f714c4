// Every protocol that is decoded, in the order in which content is tried. One line each.
import type { Protocol } from '../facts/protocol.ts';
import { dnp3 } from './dnp3/index.ts';
import { modbus, modbusRtu } from './modbus/index.ts';

export const protocols: readonly Protocol[] = [modbus, modbusRtu, dnp3];

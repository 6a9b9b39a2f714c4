// Every protocol that is decoded, in the order in which content is tried. One line each.
import type { Protocol } from '../facts/protocol.ts';
import { bacnet } from './bacnet/index.ts';
import { modbus, modbusRtu } from './modbus/index.ts';
import { mqtt } from './mqtt/index.ts';

export const protocols: readonly Protocol[] = [modbus, bacnet, modbusRtu, mqtt];

// The encapsulation of EtherNet/IP (CIP Networks Library volume 2, chapter 2): its commands, the header of 24 bytes, and
// how bytes that begin with one are told from others.
import { u16le, u32le } from '../../bytes/endian.ts';
import type { MessageKind } from '../../facts/protocol.ts';
import { Verb, type VerbName } from '../../facts/verbs.ts';

/** Command, length, session, status, sender context (8), options; all little-endian (2-3). */
export const HEADER = 24;
export const At = { command: 0, length: 2, session: 4, status: 8, context: 12, options: 20 } as const;
/** Interface handle and timeout before the items of a message. */
export const ITEMS_AT = HEADER + 6;
/** Version and option flags of Register Session. */
export const REGISTER_SIZE = 4;
export const VERSION = 1;
/** The length field may say 65,535; the largest connections of known devices carry 8 kB, so that four times that is kept. */
export const FRAME_BYTES_MAX = 32_768;

export const Command = {
  nop: 0x0000,
  listTargets: 0x0001,
  listServices: 0x0004,
  listIdentity: 0x0063,
  listInterfaces: 0x0064,
  registerSession: 0x0065,
  unregisterSession: 0x0066,
  sendRRData: 0x006f,
  sendUnitData: 0x0070,
  indicateStatus: 0x0072,
  cancel: 0x0073,
  startDtls: 0x00c8,
} as const;

/** `Operation.function` of a command of the encapsulation is this plus its number. */
export const COMMAND_FUNCTIONS = 0x100;

const COMMANDS: readonly (readonly [command: number, name: string, verb: VerbName])[] = [
  [Command.nop, 'nop', 'keep-alive'],
  [Command.listTargets, 'list targets', 'identify'],
  [Command.listServices, 'list services', 'identify'],
  [Command.listIdentity, 'list identity', 'identify'],
  [Command.listInterfaces, 'list interfaces', 'identify'],
  [Command.registerSession, 'register session', 'connect'],
  [Command.unregisterSession, 'unregister session', 'disconnect'],
  [Command.sendRRData, 'send rr data', 'other'],
  [Command.sendUnitData, 'send unit data', 'other'],
  [Command.indicateStatus, 'indicate status', 'diagnose'],
  [Command.cancel, 'cancel', 'cancel'],
  // Its number passes what a function number may be; 0x74 is assigned to nothing.
  [0x74, 'start dtls', 'connect'],
];

/** `Operation.function` of a command. */
export function commandFunction(command: number): number {
  return COMMAND_FUNCTIONS + (command === Command.startDtls ? 0x74 : Math.min(command, 0x7f));
}

export function commandName(functionCode: number): string {
  const number = functionCode - COMMAND_FUNCTIONS;
  return COMMANDS.find(([command]) => command === number)?.[1] ?? `command ${number}`;
}

export function commandVerb(command: number): number {
  const number = commandFunction(command) - COMMAND_FUNCTIONS;
  const known = COMMANDS.find(([one]) => one === number);
  return known === undefined ? Verb.other : Verb[known[2]];
}

export const COMMAND_KINDS: readonly MessageKind[] = COMMANDS.map(([command, name]) => ({
  function: COMMAND_FUNCTIONS + command,
  subfunction: -1,
  name,
}));

export function isKnownCommand(command: number): boolean {
  switch (command) {
    case Command.nop:
    case Command.listTargets:
    case Command.listServices:
    case Command.listIdentity:
    case Command.listInterfaces:
    case Command.registerSession:
    case Command.unregisterSession:
    case Command.sendRRData:
    case Command.sendUnitData:
    case Command.indicateStatus:
    case Command.cancel:
    case Command.startDtls:
      return true;
    default:
      return false;
  }
}

/** Statuses of 2-3.5; the others are reserved. */
export function isKnownStatus(status: number): boolean {
  return status <= 3 || status === 0x64 || status === 0x65 || status === 0x69 || status === 0x6a;
}

/** Could a frame begin with this header? At least HEADER bytes are there. */
export function isHeader(bytes: Uint8Array, start: number): boolean {
  return (
    isKnownCommand(u16le(bytes, start)) &&
    isKnownStatus(u32le(bytes, start + At.status)) &&
    u32le(bytes, start + At.options) === 0
  );
}

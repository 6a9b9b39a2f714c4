// Builds the packets of an RDP connection byte for byte, after the example of MS-RDPBCGR 4.1. No part of the program.
import { be16 } from '../example-conversation.ts';

export function tpkt(rest: Iterable<number>): Uint8Array {
  const bytes = [...rest];
  return Uint8Array.from([3, 0, ...be16(bytes.length + 4), ...bytes]);
}

function ascii(text: string): number[] {
  return [...Buffer.from(text, 'latin1')];
}

export function le16(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff];
}

export function le32(value: number): number[] {
  return [...le16(value & 0xffff), ...le16(value >>> 16)];
}

function connection(code: number, variable: readonly number[]): Uint8Array {
  return tpkt([6 + variable.length, code, 0, 0, 0, 0, 0, ...variable]);
}

/** Kind, flags, length, value (2.2.1.1.1). */
function negotiation(kind: number, value: number): number[] {
  return [kind, 0, 8, 0, ...le32(value)];
}

export function connectionRequest(cookie: string, offered = -1): Uint8Array {
  return connection(0xe0, [...ascii(cookie), ...(offered < 0 ? [] : negotiation(1, offered))]);
}

export function connectionConfirm(kind = 0, value = 0): Uint8Array {
  return connection(0xd0, kind === 0 ? [] : negotiation(kind, value));
}

function block(type: number, contents: readonly number[]): number[] {
  return [...le16(type), ...le16(contents.length + 4), ...contents];
}

function utf16(text: string, bytes: number): number[] {
  const units = [...Buffer.from(text, 'utf16le')];
  return [...units, ...new Array<number>(bytes - units.length).fill(0)];
}

function channel(name: string): number[] {
  return [...ascii(name.padEnd(8, '\0')), 0, 0, 0, 0x80];
}

const DOMAIN = [0x30, 3, 2, 1, 34];

export function connectInitial(): Uint8Array {
  const core = [...le32(0x0008000c), ...le16(1920), ...le16(1080), 1, 0xca, 3, 0xaa, ...le32(0x407), ...le32(19_045)];
  const blocks = [
    ...block(0xc001, [...core, ...utf16('ELTONS-DEV2', 32), ...new Array<number>(80).fill(0)]),
    ...block(0xc002, [...le32(0x1b), ...le32(0)]),
    ...block(0xc003, [...le32(2), ...channel('rdpdr'), ...channel('MS_T120')]),
  ];
  const request = [0, 8, 0, 0x10, 0, 1, 0xc0, 0, ...ascii('Duca'), ...be16(0x8000 | blocks.length), ...blocks];
  const gcc = [0, 5, 0, 20, 0x7c, 0, 1, ...be16(0x8000 | request.length), ...request];
  const members = [4, 1, 1, 4, 1, 1, 1, 1, 0xff, ...DOMAIN, ...DOMAIN, ...DOMAIN, 4, 0x82, ...be16(gcc.length), ...gcc];
  return tpkt([2, 0xf0, 0x80, 0x7f, 0x65, 0x82, ...be16(members.length), ...members]);
}

export function connectResponse(encryptionMethod: number): Uint8Array {
  const blocks = [...block(0x0c01, le32(0x00080004)), ...block(0x0c02, [...le32(encryptionMethod), ...le32(2)])];
  const answer = [0x14, 0x76, 0x0a, 1, 1, 0, 1, 0xc0, 0, ...ascii('McDn'), blocks.length, ...blocks];
  const gcc = [0, 5, 0, 20, 0x7c, 0, 1, answer.length, ...answer];
  const members = [10, 1, 0, 2, 1, 0, ...DOMAIN, 4, 0x81, gcc.length, ...gcc];
  return tpkt([2, 0xf0, 0x80, 0x7f, 0x66, 0x81, members.length, ...members]);
}

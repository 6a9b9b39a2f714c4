// Packets of TDS, byte for byte, for tests.
import { be16, hexBytes } from '../example-conversation.ts';
import { joined } from '../example-stream.ts';

export type Part = string | readonly number[] | Uint8Array;

export function packet(type: number, status: number, ...parts: Part[]): Uint8Array {
  const body = joined(...parts);
  return joined([type, status], be16(body.length + 8), [0, 51, 1, 0], body);
}

export function wide(value: string): Uint8Array {
  return Uint8Array.from(Buffer.from(value, 'utf16le'));
}

export function le16(value: number): number[] {
  return [value & 0xff, value >> 8];
}

export function le32(value: number): number[] {
  return [...le16(value & 0xffff), ...le16(value >>> 16)];
}

/** The option's data stands at its end. */
export function prelogin(type: number, encryption: number): Uint8Array {
  return packet(type, 1, hexBytes('00 000b 0006 01 0011 0001 ff'), [14, 0, 0x0c, 0xea, 0, 0, encryption]);
}

export function obfuscated(password: string): Uint8Array {
  return wide(password).map((byte) => (((byte << 4) | (byte >> 4)) & 0xff) ^ 0xa5);
}

export function login(password: string, isIntegrated = false): Uint8Array {
  const fields: readonly Uint8Array[] = [wide('HMI-7'), wide('sa'), obfuscated(password), wide('WinCC')];
  const fixed = [...le32(0x74000004), ...new Array<number>(17).fill(0), isIntegrated ? 0x80 : 0];
  const offsets: number[] = [];
  let at = 94;
  for (const field of fields) {
    offsets.push(...le16(at), ...le16(field.length / 2));
    at += field.length;
  }
  const head = joined(fixed, new Array<number>(10).fill(0), offsets);
  return packet(16, 1, le32(at), head, new Uint8Array(94 - 4 - head.length), ...fields);
}

export function token(kind: number, ...parts: Part[]): Uint8Array {
  const body = joined(...parts);
  return joined([kind], le16(body.length), body);
}

export function message(kind: number, number: number): Uint8Array {
  return token(kind, le32(number), [1, 14], le16(2), wide('no'), [6], wide('DB\\WIN'), [0], le32(1));
}

export const DONE = hexBytes('fd 0000 0000 0000000000000000');
export const ACK = token(0xad, [1], [0x74, 0, 0, 4], [3], wide('SQL'), [14, 0, 0x0c, 0xea]);
export const HEADERS = hexBytes('16000000 12000000 0200 0000000000000000 01000000');
export const BATCH = (statement: string, status = 1): Uint8Array => packet(1, status, HEADERS, wide(statement));

/** A login without encryption. */
export function clearLogin(password: string): (readonly [boolean, Uint8Array])[] {
  return [
    [true, prelogin(18, 2)],
    [false, prelogin(4, 2)],
    [true, login(password)],
    [false, packet(4, 1, ACK, DONE)],
  ];
}

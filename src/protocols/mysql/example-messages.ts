// Packets of MySQL, byte for byte, for tests.
import { hexBytes } from '../example-conversation.ts';
import { joined } from '../example-stream.ts';

// Both computed with another implementation for the salt 01 to 14 (hexadecimal) and the password `opcua-2024`.
export const NATIVE = hexBytes('dd17a50e327cc7ff16c902fa8e357d48d98640e8');
export const CACHING = hexBytes('667e527a538adeba104baea48cee7f3226a46b3d0789c85d2b3d424cf1f57e0a');
export const SALT = Uint8Array.from({ length: 20 }, (_, index) => index + 1);

export function packet(sequence: number, ...parts: (string | readonly number[] | Uint8Array)[]): Uint8Array {
  const body = joined(...parts);
  return joined([body.length & 0xff, (body.length >> 8) & 0xff, body.length >> 16, sequence], body);
}

export const GREETING = packet(
  0,
  [10],
  '8.0.35\0',
  [7, 0, 0, 0],
  SALT.subarray(0, 8),
  [0, 0xff, 0xff, 0xff, 2, 0, 0xff, 0xdf, 21, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  SALT.subarray(8),
  '\0caching_sha2_password\0',
);

export function response(plugin: string, secret: Uint8Array, flags = [0x0d, 0xa2, 0x08, 0]): Uint8Array {
  const reserved = new Array<number>(23).fill(0);
  const fixed = [...flags, 0, 0, 0, 1, 33, ...reserved];
  return packet(1, fixed, 'historian\0', [secret.length], secret, 'plant\0', `${plugin}\0`);
}

export const OK = (sequence: number): Uint8Array => packet(sequence, [0, 0, 0, 2, 0, 0, 0]);
export const DENIED = packet(2, [0xff, 0x15, 0x04], '#28000Access denied');
export const QUERY = (statement: string): Uint8Array => packet(0, [3], statement);

/** A login with the password in clear, as PAM wants it. */
export function clearLogin(password: string): (readonly [boolean, Uint8Array])[] {
  return [
    [false, GREETING],
    [true, response('mysql_clear_password', joined(password, [0]))],
    [false, OK(2)],
  ];
}

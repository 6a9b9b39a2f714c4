// Packets of RMCP and IPMI, byte for byte, for tests.
import { joined } from '../example-stream.ts';

export type Part = string | readonly number[] | Uint8Array;

export const RMCP = [6, 0, 0xff, 7] as const;

/** IPMI 1.5; the checksums are added to the message. */
export function plain(message: Uint8Array, auth = 0, code: Uint8Array = new Uint8Array(0)): Uint8Array {
  return joined(RMCP, [auth, 1, 0, 0, 0, 9, 0, 0, 0], code, [message.length], message);
}

export function plus(type: number, ...parts: Part[]): Uint8Array {
  const body = joined(...parts);
  return joined(RMCP, [6, type, 0, 0, 0, 0, 0, 0, 0, 0, body.length, 0], body);
}

export function checksum(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

export function message(
  netFunction: number,
  command: number,
  data: readonly number[] | Uint8Array,
  sequence = 4,
): Uint8Array {
  const head = Uint8Array.of(0x20, netFunction << 2);
  const body = joined([0x81, sequence << 2, command], data);
  return joined(head, [checksum(head)], body, [checksum(body)]);
}

/** A session of IPMI 1.5 with the password in clear, in which a password is set. */
export function clearLogin(password: string): (readonly [boolean, Uint8Array])[] {
  const code = joined(password, new Uint8Array(16 - password.length));
  return [
    [true, plain(message(6, 0x39, joined([4], 'operator', new Uint8Array(8))))],
    [true, plain(message(6, 0x3a, new Uint8Array(22)), 4, code)],
    [false, plain(message(7, 0x3a, [0, 0, 0]))],
    [true, plain(message(6, 0x47, joined([2, 2], code)), 4, code)],
  ];
}

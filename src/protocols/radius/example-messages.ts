// Packets of RADIUS, byte for byte, for tests.
import { be16, hexBytes } from '../example-conversation.ts';
import { joined } from '../example-stream.ts';

export const AUTHENTICATOR = hexBytes('000102030405060708090a0b0c0d0e0f');

export type Value = string | readonly number[] | Uint8Array;

export function packet(
  code: number,
  identifier: number,
  ...attributes: (readonly [type: number, value: Value])[]
): Uint8Array {
  const body = joined(
    ...attributes.map(([type, value]) => {
      const bytes = joined(value);
      return joined([type, bytes.length + 2], bytes);
    }),
  );
  return joined([code, identifier], be16(body.length + 20), AUTHENTICATOR, body);
}

/** A login with EAP-GTC, whose password is in clear. */
export function clearLogin(password: string): (readonly [boolean, Uint8Array])[] {
  const eap = joined([2, 5], be16(password.length + 5), [6], password);
  return [
    [true, packet(1, 1, [1, 'operator'], [79, eap])],
    [false, packet(2, 1)],
  ];
}

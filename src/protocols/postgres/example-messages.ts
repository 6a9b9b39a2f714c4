// Messages of PostgreSQL, byte for byte, for tests.
import { be32, hexBytes } from '../example-conversation.ts';
import { joined } from '../example-stream.ts';

export function message(letter: string, ...parts: (string | readonly number[] | Uint8Array)[]): Uint8Array {
  const body = joined(...parts);
  return joined(letter, be32(body.length + 4), body);
}

export function startup(...parts: string[]): Uint8Array {
  const body = joined([0, 3, 0, 0], ...parts.map((part) => `${part}\0`), [0]);
  return joined(be32(body.length + 4), body);
}

export const STARTUP = startup('user', 'operator', 'database', 'plant', 'application_name', 'historian');
export const SSL = hexBytes('0000000804d2162f');
export const ASK_MD5 = message('R', be32(5), [1, 2, 3, 4]);
// Computed with another implementation: password `opcua-2024`, user `operator`, salt 01020304.
export const MD5 = 'md576616a12a0701ee0588b94c44a95171f';
export const VERSION = message('S', 'server_version\x0015.4\0');
export const READY = message('Z', 'I');
export const WELCOME = joined(message('R', be32(0)), message('S', 'TimeZone\0UTC\0'), VERSION, READY);
export const DENIED = message('E', 'SFATAL\0C28P01\0Mno\0\0');
export const QUERY = (statement: string): Uint8Array => message('Q', `${statement}\0`);

/** A login with the password in clear. */
export function clearLogin(password: string): (readonly [boolean, Uint8Array])[] {
  return [
    [true, STARTUP],
    [false, message('R', be32(3))],
    [true, message('p', `${password}\0`)],
    [false, WELCOME],
  ];
}

// For tests: builds frames of PPP in PPPoE and of EAPOL.
import { createHash } from 'node:crypto';
import { be16 } from '../example-conversation.ts';
import { joined } from '../example-stream.ts';

/** A frame of PPP in a session of PPPoE. */
export function pppoe(carried: number, code: number, identifier: number, body: Uint8Array): Uint8Array {
  const frame = joined(be16(carried), [code, identifier], be16(body.length + 4), body);
  return joined([0x11, 0, 0, 7], be16(frame.length), frame);
}

export function pap(user: string, password: string, identifier = 1): Uint8Array {
  return pppoe(0xc023, 1, identifier, joined([user.length], user, [password.length], password));
}

export function chap(code: number, identifier: number, value: Uint8Array, name: string): Uint8Array {
  return pppoe(0xc223, code, identifier, joined([value.length], value, name));
}

export function eapol(code: number, identifier: number, type: number, data: Uint8Array): Uint8Array {
  const packet =
    code > 2 ? joined([code, identifier, 0, 4]) : joined([code, identifier], be16(data.length + 5), [type], data);
  return joined([2, 0], be16(packet.length), packet);
}

export function md5(identifier: number, password: string, challenge: Uint8Array): Uint8Array {
  return createHash('md5').update(Uint8Array.of(identifier)).update(password).update(challenge).digest();
}

export const CHALLENGE = Uint8Array.from({ length: 16 }, (_, index) => 0xf0 - index);

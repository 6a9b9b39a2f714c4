// The captures of this folder, byte for byte: logins with PAP and CHAP inside PPPoE, and with EAP-MD5 over a group address.
import { createHash } from 'node:crypto';
import { ExampleFrames, be16, type Endpoint } from '../../example-conversation.ts';
import { joined, text } from '../../example-stream.ts';

const MODEM: Endpoint = { mac: 0x10, ip: 10, port: 0 };
const CONCENTRATOR: Endpoint = { mac: 0x20, ip: 20, port: 0 };
const PANEL: Endpoint = { mac: 0x30, ip: 30, port: 0 };
const SWITCH: Endpoint = { mac: 0x40, ip: 40, port: 0 };
/** The nearest bridges (IEEE 802.1X, table 11-1). */
const GROUP = [0x01, 0x80, 0xc2, 0, 0, 0x03];

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
const NOTHING = new Uint8Array(0);

class Frames extends ExampleFrames {
  say(source: Endpoint, target: Endpoint, bytes: Uint8Array): void {
    this.onLink([2, 0, 0, 0, 0, target.mac], source, 0x8864, bytes);
  }

  sayToAll(source: Endpoint, bytes: Uint8Array): void {
    this.onLink(GROUP, source, 0x888e, bytes);
  }
}

export function exampleCaptures(): readonly (readonly [name: string, bytes: Uint8Array])[] {
  const sessions = new Frames();
  sessions.say(MODEM, CONCENTRATOR, pap('pump-7', 'example-pap'));
  sessions.say(CONCENTRATOR, MODEM, pppoe(0xc023, 3, 1, joined([0])));
  sessions.say(CONCENTRATOR, MODEM, chap(1, 9, CHALLENGE, 'concentrator'));
  sessions.say(MODEM, CONCENTRATOR, chap(2, 9, md5(9, 'example-chap', CHALLENGE), 'pump-7'));
  sessions.say(CONCENTRATOR, MODEM, pppoe(0xc223, 3, 9, text('welcome')));
  const port = new Frames();
  port.sayToAll(PANEL, Uint8Array.of(2, 1, 0, 0));
  port.sayToAll(SWITCH, eapol(1, 5, 1, NOTHING));
  port.sayToAll(PANEL, eapol(2, 5, 1, text('panel-3')));
  port.sayToAll(SWITCH, eapol(1, 6, 4, joined([16], CHALLENGE)));
  port.sayToAll(PANEL, eapol(2, 6, 4, joined([16], md5(6, 'example-eap', CHALLENGE))));
  port.sayToAll(SWITCH, eapol(3, 6, 0, NOTHING));
  return [
    ['sessions.pcap', sessions.file()],
    ['port.pcap', port.file()],
  ];
}

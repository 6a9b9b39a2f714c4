// The captures of this folder, byte for byte: logins with PAP and CHAP inside PPPoE, and with EAP-MD5 over a group address.
import { ExampleFrames, type Endpoint } from '../../example-conversation.ts';
import { joined, text } from '../../example-stream.ts';
import { CHALLENGE, chap, eapol, md5, pap, pppoe } from '../example-frames.ts';

const MODEM: Endpoint = { mac: 0x10, ip: 10, port: 0 };
const CONCENTRATOR: Endpoint = { mac: 0x20, ip: 20, port: 0 };
const PANEL: Endpoint = { mac: 0x30, ip: 30, port: 0 };
const SWITCH: Endpoint = { mac: 0x40, ip: 40, port: 0 };
/** The nearest bridges (IEEE 802.1X, table 11-1). */
const GROUP = [0x01, 0x80, 0xc2, 0, 0, 0x03];

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

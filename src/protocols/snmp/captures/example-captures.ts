// Builds the captures of this folder, datagram for datagram. captures.test.ts compares them with the files;
// `npm run golden -- --update` writes the files.
import { createHmac } from 'node:crypto';
import { UdpExample, type Endpoint } from '../../example-conversation.ts';
import {
  bindings,
  community,
  element,
  integer,
  objectId,
  pdu,
  text,
  trapV1,
  userMessage,
} from '../example-messages.ts';
import { Pdu } from '../messages.ts';
import { localisedKey } from '../usm.ts';

const STATION: Endpoint = { mac: 1, ip: 20, port: 50_161 };
const RECEIVER: Endpoint = { mac: 1, ip: 20, port: 162 };
const SWITCH: Endpoint = { mac: 2, ip: 10, port: 161 };
const SENDER: Endpoint = { mac: 2, ip: 10, port: 50_162 };
const NULL = element(5, []);
const ENGINE = [0x80, 0, 0x1f, 0x88, 4, 1, 2, 3, 4];
const PHYSICAL = '1.3.6.1.2.1.47.1.1.1.1';

/** The captures by file name. */
export function exampleCaptures(): Map<string, Uint8Array> {
  return new Map([
    ['community.pcap', communities()],
    ['user.pcap', users()],
  ]);
}

function communities(): Uint8Array {
  const example = new UdpExample();
  const walked: [string, number[]][] = [
    ['1.3.6.1.2.1.1.1.0', text('Example Switch 8, software 2.4.1')],
    ['1.3.6.1.2.1.1.2.0', objectId('1.3.6.1.4.1.32473.8.1')],
    ['1.3.6.1.2.1.1.5.0', text('switch-hall-2')],
    [`${PHYSICAL}.5.4`, integer(3)],
    [`${PHYSICAL}.9.4`, text('1.0.7')],
    [`${PHYSICAL}.11.3`, text('FAN-1')],
    [`${PHYSICAL}.11.4`, text('EX-000123')],
    [`${PHYSICAL}.13.4`, text('EX-8')],
  ];
  let id = 1;
  let from = '1.3.6.1.2.1';
  for (const [name, value] of walked) {
    example.send(STATION, SWITCH, community(1, 'example-read', pdu(Pdu.getNext, id, 0, bindings([from, NULL]))));
    example.send(SWITCH, STATION, community(1, 'example-read', pdu(Pdu.response, id, 0, bindings([name, value]))));
    from = name;
    id++;
  }
  const down = bindings(['1.3.6.1.2.1.2.2.1.7.3', integer(2)]);
  example.send(STATION, SWITCH, community(0, 'example-write', pdu(Pdu.set, 90, 0, down)));
  example.send(SWITCH, STATION, community(0, 'example-write', pdu(Pdu.response, 90, 0, down)));
  example.send(STATION, SWITCH, community(0, 'example-read', pdu(Pdu.set, 91, 0, down)));
  example.send(SWITCH, STATION, community(0, 'example-read', pdu(Pdu.response, 91, 2, down)));
  example.send(SENDER, RECEIVER, trapV1('example-trap', '1.3.6.1.4.1.32473.8', 2, 0));
  example.send(SENDER, RECEIVER, trapV1('example-trap', '1.3.6.1.4.1.32473.8', 6, 17));
  example.send(STATION, SWITCH, community(1, 'example-guess', pdu(Pdu.get, 92, 0, bindings([from, NULL]))));
  return example.file();
}

function users(): Uint8Array {
  const example = new UdpExample();
  const get = (id: number): number[] => pdu(Pdu.get, id, 0, bindings(['1.3.6.1.2.1.1.5.0', NULL]));
  const counter = (number: number): number[] =>
    pdu(Pdu.report, 0, 0, bindings([`1.3.6.1.6.3.15.1.1.${number}.0`, element(0x41, [1])]));
  example.send(STATION, SWITCH, userMessage(1, 4, [], '', [], pdu(Pdu.get, 1, 0, bindings())));
  example.send(SWITCH, STATION, userMessage(1, 0, ENGINE, '', [], counter(4)));
  example.send(STATION, SWITCH, signed(2, 'operator', 'example-wrong', get(2)));
  example.send(SWITCH, STATION, userMessage(2, 0, ENGINE, 'operator', [], counter(5)));
  const got = pdu(Pdu.response, 3, 0, bindings(['1.3.6.1.2.1.1.5.0', text('switch-hall-2')]));
  example.send(STATION, SWITCH, signed(3, 'operator', 'example-password', get(3)));
  example.send(SWITCH, STATION, signed(3, 'operator', 'example-password', got));
  return example.file();
}

/** Signed with HMAC-SHA-96. */
function signed(id: number, user: string, password: string, unit: readonly number[]): Uint8Array {
  const zeroed = userMessage(id, 5, ENGINE, user, new Array<number>(12).fill(0), unit);
  const key = localisedKey('sha1', password, Uint8Array.from(ENGINE));
  const digest = createHmac('sha1', key).update(zeroed).digest().subarray(0, 12);
  return userMessage(id, 5, ENGINE, user, [...digest], unit);
}

// Builds the captures of this folder, byte for byte: hand-made conversations. captures.test.ts compares them with the
// files; `npm run golden -- --update` writes the files.
import { TcpExample, UdpExample, type Endpoint } from '../../example-conversation.ts';
import {
  SESSION,
  answer,
  ascii,
  bytesOf,
  command,
  connected,
  forwardOpen,
  forwardOpened,
  header,
  le16,
  le32,
  packet,
  request,
  routed,
  signed,
  symbol,
  unconnected,
} from '../example-frames.ts';

const STATION: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const CONTROLLER: Endpoint = { mac: 2, ip: 10, port: 44_818 };
const EVERYBODY: Endpoint = { mac: 255, ip: 255, port: 44_818 };
const SCANNER: Endpoint = { mac: 2, ip: 10, port: 2222 };
const ADAPTER: Endpoint = { mac: 3, ip: 11, port: 2222 };
const REQUESTER = [7, 0x4d, 0, 0xf3, 0x2b, 0x95, 0x32];

type Message = readonly number[];

class Conversation extends TcpExample {
  #context = 0;
  #sequence = 0;

  pair(asked: Message, replied: Message): this {
    return this.send(true, asked).send(false, replied);
  }

  /** A request and its answer in Send RR Data, '' for none. */
  ask(asked: Message, replied: Message | null): this {
    this.#context++;
    this.send(true, unconnected(asked, this.#context));
    return replied === null ? this : this.send(false, unconnected(replied, this.#context));
  }

  /** The same over a connection. */
  over(toTarget: number, toOriginator: number, asked: Message, replied: Message): this {
    this.#sequence++;
    this.send(true, connected(toTarget, this.#sequence, asked));
    return this.send(false, connected(toOriginator, this.#sequence, replied));
  }

  /** A PCCC command and its answer, in Execute PCCC. */
  pccc(asked: string, replied: string): this {
    return this.ask(
      request(0x4b, '20672401', [...REQUESTER, ...bytesOf(asked)]),
      answer(0x4b, [...REQUESTER, ...bytesOf(replied)]),
    );
  }
}

/** What the Identity object tells all at once: vendor, type, product, revision, status, serial number, name. */
function identity(deviceType: number, name: string): number[] {
  return [...bytesOf('0100'), ...le16(deviceType), ...bytesOf('3600 1014 6030 3F825100'), name.length, ...ascii(name)];
}

function listed(name: string): number[] {
  const item = [1, 0, ...bytesOf('0002 AF12 C000020A 0000000000000000'), ...identity(14, name), 3];
  return [1, 0, 0x0c, 0, ...le16(item.length), ...item];
}

const SERVICES = [1, 0, 0, 1, 20, 0, 1, 0, 0x20, 1, ...ascii('Communications'), 0, 0];

function messages(): Uint8Array {
  return new Conversation(STATION, CONTROLLER)
    .pair(command(0x04), command(0x04, SERVICES))
    .pair(command(0x65, '01000000'), command(0x65, '01000000', 0, SESSION))
    .ask(routed(request(0x01, '20012401'), '0100'), answer(0x01, identity(14, '1756-L61/B LOGIX5561')))
    .ask(routed(request(0x01, '20012401'), '0109'), answer(0x52, [1, 0], 1, [0x0312]))
    .ask(routed(request(0x0e, '20F52401 3006'), '0100'), answer(0x0e, [...le16(6), ...ascii('boiler')]))
    .ask(request(0x4c, symbol('Level'), '0100'), answer(0x4c, 'CA00 00004842'))
    .ask(request(0x4d, symbol('Program:Main.Setpoint'), 'C400 0100 2A000000'), answer(0x4d))
    .ask(request(0x4e, symbol('Flags'), '0400 01000000 FFFFFFFF'), answer(0x4e))
    .ask(request(0x52, symbol('Recipe'), '6400 00000000'), answer(0x52, 'C300 0100 0200 0300', 6))
    .ask(request(0x53, [...symbol('Recipe'), 0x28, 2], 'C300 0100 00000000 0900'), answer(0x53))
    .ask(request(0x4d, symbol('Unknown'), 'C300 0100 0900'), answer(0x4d, [], 4, [0]))
    .ask(request(0x55, '206B25000000', '0200 0100 0200'), answer(0x55, '01000000 0500 4C6576656C CA00'))
    .ask(forwardOpen(0x8000_0019, 0x19, '0100 20022401'), forwardOpened(0x0079_0d01, 0x8000_0019, 0x19))
    .over(
      0x0079_0d01,
      0x8000_0019,
      packet([
        request(0x03, '20012401', '0100 0500'),
        request(0x4c, symbol('Level'), '0100'),
        request(0x4c, symbol('Missing'), '0100'),
      ]),
      packet([answer(0x03, '0100 0500 0000 6030'), answer(0x4c, 'CA00 00004842'), answer(0x4c, [], 5)], true),
    )
    .over(0x0079_0d01, 0x8000_0019, request(0x4b, '208E2401 20742401', '00'), answer(0x4b))
    .over(0x0079_0d01, 0x8000_0019, request(0x07, '208E2401'), answer(0x07))
    .over(
      0x0079_0d01,
      0x8000_0019,
      request(0x04, '208B2401', '0100 0600 C0587222085A0400'),
      answer(0x04, '0100 0600 0000'),
    )
    .over(0x0079_0d01, 0x8000_0019, request(0x06, '208E2401'), answer(0x06))
    .over(0x0079_0d01, 0x8000_0019, request(0x4c, '208E2401 20742401'), answer(0x4c))
    .over(0x0079_0d01, 0x8000_0019, request(0x4f, '206A25000100', '00000000 0400'), answer(0x4f, '01020304'))
    .ask(
      request(0x4e, '20062401', [
        7,
        0xf9,
        ...le16(0x19),
        ...le16(0x4d),
        ...le32(0x3295_2bf3),
        3,
        0,
        ...bytesOf('0100 20022401'),
      ]),
      answer(0x4e, [...le16(0x19), ...le16(0x4d), ...le32(0x3295_2bf3), 0, 0]),
    )
    .ask(request(0x4b, '203724C8', 'FF'), answer(0x4b, [...le32(4), 100]))
    .ask(request(0x4f, '203724C8', '00'), answer(0x4f, '00 04 45445331 1234'))
    .ask(request(0x4b, '20A12401', '05000000 00000000'), answer(0x4b, '00000000'))
    .ask(request(0x4d, '20A12401', '00000000 010203'), answer(0x4d, '00000000 0200'))
    .ask(request(0x4d, '20A12401', '03000000 0405'), answer(0x4d, '03000000 0200'))
    .ask(request(0x10, '20F52401 3005', '0B0200C0 00FFFFFF 010200C0 00000000 00000000 0000'), answer(0x10))
    .ask(request(0x05, '20012401', '00'), answer(0x05))
    .ask(request(0x05, '20012401', '01'), null)
    .send(true, header(0x66, 0, 0))
    .file();
}

function logix(): Uint8Array {
  const call = 0x0079_0d01;
  const back = 0x8000_0019;
  return new Conversation(STATION, CONTROLLER)
    .pair(command(0x65, '01000000'), command(0x65, '01000000', 0, SESSION))
    .ask(forwardOpen(back, 0x19, '0100 20022401'), forwardOpened(call, back, 0x19))
    .over(call, back, request(0x4b, '20642401', '0400 01020304'), answer(0x4b, `8000 ${'C3'.repeat(128)}`))
    .over(call, back, request(0x4c, '20642401', `1400 ${'5A'.repeat(20)}`), answer(0x4c, '0000'))
    .over(call, back, signed(0x36, request(0x4b, '208E2401 20742401', '00')), signed(0x36, answer(0x4b), true))
    .over(
      call,
      back,
      signed(0x37, request(0x04, '20702401', '0100 0100 0000')),
      signed(0x37, answer(0x04, '0100 0100 0000'), true),
    )
    .over(call, back, signed(0x37, request(0x09, '206825000100')), signed(0x37, answer(0x09), true))
    .over(call, back, signed(0x37, request(0x07, '208E2401')), signed(0x37, answer(0x07), true))
    .over(
      call,
      back,
      signed(0x3a, [1, 1, 0, 0, 0, 0, 0, 0, ...request(0x5d, '206825000100206D25000200', '01000000 03000000')]),
      signed(0x3a, bytesOf('01 01 0000 0A000000 789C0102'), true),
    )
    .over(
      call,
      back,
      signed(0x3a, bytesOf('01 00 0000 CE010000')),
      signed(0x3a, bytesOf('01 02 0000 CE010000 030405'), true),
    )
    .over(call, back, signed(0x36, request(0x4c, '208E2401 20742401')), signed(0x36, answer(0x4c), true))
    .file();
}

function discovery(): Uint8Array {
  return new UdpExample()
    .send(STATION, EVERYBODY, command(0x63))
    .send(CONTROLLER, STATION, command(0x63, listed('1756-L61/B LOGIX5561')))
    .send(STATION, CONTROLLER, command(0x04))
    .send(CONTROLLER, STATION, command(0x04, SERVICES))
    .file();
}

function pccc(): Uint8Array {
  const catalogue = Buffer.from('1763-LEC   ').toString('hex');
  return new Conversation(STATION, CONTROLLER)
    .pair(command(0x65, '01000000'), command(0x65, '01000000', 0, SESSION))
    .pccc('06 00 0100 03', `46 00 0100 00 EE 31 9F 28 ${catalogue} 0000 0000 0000 0000`)
    .pccc('0F 00 0200 A2 06 07 89 0A 00', '4F 00 0200 0100 FFFF 0300')
    .pccc('0F 00 0300 AA 04 08 8A 02 00 0000C03F', '4F 00 0300')
    .pccc('0F 00 0400 A2 02 04 86 05 02', '4F 00 0400 6400')
    .pccc('0F 00 0500 11', '4F 00 0500')
    .pccc('0F 00 0600 80 01', '4F 00 0600')
    .pccc('0F 00 0700 50', '4F 00 0700')
    .pccc('0F 00 0800 52', '4F 00 0800')
    .pccc('0F 00 0900 12', '4F 00 0900')
    .pccc('0F 00 0A00 80 06', '4F F0 0A00 0B')
    .file();
}

function io(): Uint8Array {
  const data = (connection: number, sequence: number, bytes: string): number[] => {
    const carried = bytesOf(bytes);
    const address = [2, 0, 2, 0x80, 8, 0, ...le32(connection), ...le32(sequence)];
    return [...address, 0xb1, 0, ...le16(carried.length + 2), ...le16(sequence), ...carried];
  };
  return new UdpExample()
    .send(SCANNER, ADAPTER, data(0x11, 1, '01000000 0102'))
    .send(ADAPTER, SCANNER, data(0x22, 1, '0304'))
    .send(SCANNER, ADAPTER, data(0x11, 2, '01000000 0103'))
    .send(ADAPTER, SCANNER, data(0x22, 2, '0305'))
    .file();
}

function malformed(): Uint8Array {
  return new Conversation(STATION, CONTROLLER)
    .pair(command(0x65, '02000000'), header(0x65, 0, 0, 0x69))
    .ask([0x01], answer(0x01, [], 0x26))
    .ask([0x01, 9, 0x20, 1], answer(0x01, [], 0x26))
    .ask([0x4c, 2, 0x91, 200, 0x41, 0x42], answer(0x4c, [], 4))
    .ask(request(0x0a, '20022401', 'FF00 0400'), answer(0x0a, [], 0x13))
    .ask(request(0x52, '20062401', '07F9 FF00 0102'), answer(0x52, [], 1, [0x0205]))
    .pair(command(0x6f, '00000000 0000 0200 0000 0000 B200 FF00 0102 2001'), header(0x6f, 0, 0, 3))
    .file();
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['messages.pcap', messages()],
    ['discovery.pcap', discovery()],
    ['logix.pcap', logix()],
    ['pccc.pcap', pccc()],
    ['io.pcap', io()],
    ['malformed.pcap', malformed()],
  ]);
}

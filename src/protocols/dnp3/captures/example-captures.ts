// Builds the captures of this folder, byte for byte: hand-made DNP3 conversations. captures.test.ts compares them with the files; `npm run golden -- --update` writes the files.
import { TcpExample, UdpExample, type Endpoint } from '../../example-conversation.ts';
import { le, linkFrame, request, response, segmentFrames, sized, textHex, unsolicited } from '../example-frames.ts';

const MASTER: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const OUTSTATION: Endpoint = { mac: 2, ip: 10, port: 20_000 };
const TIME = le(1_767_225_600_000, 6);
const LATCH_ON = '0c01 28 0100 0300 03 01 64000000 64000000 00';
const TRIP = '0c01 28 0100 0400 81 01 64000000 64000000 00';
const SETPOINT = '2903 28 0100 0200 0000c842 00';

class Conversation extends TcpExample {
  #sequence = 0;
  #unsolicited = 0;
  readonly #segments = [0, 0];

  /** A fragment of the master or the outstation, in as many frames as it needs and one TCP segment. */
  fragment(fromMaster: boolean, bytes: Uint8Array): this {
    const side = fromMaster ? 0 : 1;
    const frames = segmentFrames(fromMaster, bytes, 1, 10, this.#segments[side]);
    this.#segments[side] = (this.#segments[side]! + frames.length) & 0x3f;
    return this.send(fromMaster, frames.flat());
  }

  /** A request and the objects of its response. */
  ask(text: string, answer: string, indications = '0000'): this {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) & 0x0f;
    return this.fragment(true, request(sequence, text)).fragment(false, response(sequence, answer, indications));
  }

  /** An unsolicited response and its confirm. */
  tell(objects: string, indications = '0000'): this {
    const sequence = this.#unsolicited;
    this.#unsolicited = (sequence + 1) & 0x0f;
    return this.fragment(false, unsolicited(sequence, objects, indications)).fragment(
      true,
      Uint8Array.of(0xd0 | sequence, 0),
    );
  }

  link(fromMaster: boolean, control: number): this {
    return this.send(fromMaster, fromMaster ? linkFrame(control, 10, 1, []) : linkFrame(control, 1, 10, []));
  }
}

function attribute(variation: number, text: string): string {
  return `00${le(variation, 1)} 00 00 00 01 ${le(text.length, 1)} ${textHex(text)}`;
}

/** Start-up, polls, events, time: a day of an outstation. */
function operation(): Conversation {
  return new Conversation(MASTER, OUTSTATION)
    .tell('', '9000')
    .ask('15 3c0206 3c0306 3c0406', '', '9000')
    .ask(
      '01 3c0206 3c0306 3c0406 3c0106',
      `0101 00 00 0f a55a 0302 00 00 01 4181 1e01 00 00 01 01e8030000 01d0070000 1405 00 00 00 ${le(77, 4)}`,
      '9000',
    )
    .ask(`02 3201 07 01 ${TIME}`, '', '8000')
    .ask('02 5001 00 07 07 00', '')
    .ask('14 3c0206 3c0306 3c0406', '')
    .tell(`0202 28 0200 0500 81 ${TIME} 0900 01 ${TIME}`)
    .tell(`3301 07 01 ${TIME} 0203 28 0100 0100 81 6400 2007 28 0100 0200 01 0000c842 ${TIME}`)
    .ask('01 3c0206', `1601 28 0100 0000 01 ${le(78, 4)} 6f05 28 0100 0300 ${textHex('alarm')}`)
    .ask('01 1e0000 00 03', '1e05 00 00 03 01 0000803f 01 00000040 05 00004040 00 00008040', '0000')
    .ask(`01 3c0106`, `0102 00 00 77 ${'81'.repeat(120)} 1e04 00 00 9f ${'0500'.repeat(160)}`)
    .ask('01 0a0006 280006', '0a02 00 00 02 018101 2803 00 00 00 01 0000c842')
    .ask('17', '3402 07 01 0300')
    .link(true, 0xc9)
    .link(false, 0x0b)
    .link(false, 0x49)
    .link(true, 0x8b);
}

/** Everything that changes an outstation. */
function changes(): Conversation {
  const command = `1a00 0700 ${TIME} ff01 00000000 04000000 0200 0004 0500`.replaceAll(' ', '') + textHex('app.bin');
  const opened = '34120000' + '04000000' + '0004' + '0500' + '00';
  return new Conversation(MASTER, OUTSTATION)
    .ask(`03 ${LATCH_ON}`, LATCH_ON)
    .ask(`04 ${LATCH_ON}`, LATCH_ON)
    .ask(`05 ${TRIP} ${SETPOINT}`, `${TRIP.slice(0, -2)}07 ${SETPOINT}`)
    .ask('09 1400 06', '')
    .ask('16 3c0206 0100 06', '')
    .ask('0d', '3402 07 01 1027')
    .ask('12 5a01 5b 01 0300 415050', '', '0001')
    .ask(`19 ${sized(70, 3, command)}`, sized(70, 4, opened))
    .ask(`02 ${sized(70, 5, '3412000000000080cafebabe')}`, sized(70, 6, '341200000000008000'))
    .ask(`1a ${sized(70, 4, opened)}`, sized(70, 4, opened))
    .ask(`1f ${sized(70, 8, textHex('app.bin'))}`, '')
    .ask(
      '01 00fe 00 00 00',
      attribute(252, 'ACME') + attribute(250, 'RTU 7') + attribute(248, 'S-0042') + attribute(242, '3.1.4'),
    )
    .ask('15 3c0206', '');
}

/** What breaks the rules. */
function malformed(): Conversation {
  const conversation = new Conversation(MASTER, OUTSTATION)
    .ask(`04 ${LATCH_ON}`, LATCH_ON)
    .ask(`03 ${LATCH_ON}`, LATCH_ON)
    .ask(`04 ${TRIP}`, TRIP)
    .ask('01 1e04 00 05 04', '')
    .ask('70', '', '0001')
    .ask('01 3c0106', '1e04 00 00 05 0500')
    .fragment(true, Uint8Array.of(0xc0));
  const [frame] = segmentFrames(true, request(9, '0d'));
  return conversation
    .send(true, [...frame!.slice(0, -1), frame!.at(-1)! ^ 0xff])
    .send(true, linkFrame(0xc4, 10, 0xfff0, [0xc0, 0xc0, 0x0e]));
}

/** Over UDP, with a command to every outstation at once. */
function datagrams(): UdpExample {
  const everybody: Endpoint = { mac: 255, ip: 255, port: 20_000 };
  const master: Endpoint = { ...MASTER, port: 20_000 };
  const example = new UdpExample();
  const say = (fromMaster: boolean, bytes: Uint8Array): void => {
    const [frame] = segmentFrames(fromMaster, bytes);
    example.send(fromMaster ? master : OUTSTATION, fromMaster ? OUTSTATION : master, frame!);
  };
  say(true, request(0, '01 3c0206'));
  say(false, response(0, '0201 28 0100 0500 81'));
  say(false, unsolicited(0, '0201 28 0100 0500 01'));
  example.send(master, everybody, segmentFrames(true, request(1, `06 ${LATCH_ON}`), 1, 0xffff)[0]!);
  return example;
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['operation.pcap', operation().file()],
    ['changes.pcap', changes().file()],
    ['malformed.pcap', malformed().file()],
    ['datagrams.pcap', datagrams().file()],
  ]);
}

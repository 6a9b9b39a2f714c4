// Builds the captures of this folder, byte for byte: hand-made conversations of a controlling station (192.0.2.20) with
// a substation (192.0.2.10). captures.test.ts compares them with the files; `npm run golden -- --update` writes the files.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';
import { type AsduOptions, addressHex, asduHex, iFrame, sFrame, uFrame } from '../example-frames.ts';
import { OBJECT_SIZE_OF, TYPES, isMonitorType } from '../types.ts';

const CONTROL_CENTRE: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const SUBSTATION: Endpoint = { mac: 2, ip: 10, port: 2404 };
/** 1 January 2026, 00:00:01.000, a Thursday; and the day after. */
const TIME = 'E80300 00 81 01 1A'.replaceAll(' ', '');
const NEXT_DAY = 'E80300 00 A2 01 1A'.replaceAll(' ', '');
const SHORT_TIME = 'E80300';

class Conversation extends TcpExample {
  readonly #sent: [number, number] = [0, 0];

  constructor() {
    super(CONTROL_CENTRE, SUBSTATION);
  }

  start(): this {
    return this.send(true, uFrame(0x07)).send(false, uFrame(0x0b));
  }

  test(): this {
    return this.send(false, uFrame(0x43)).send(true, uFrame(0x83));
  }

  stop(): this {
    return this.send(true, uFrame(0x13)).send(false, uFrame(0x23));
  }

  acknowledge(): this {
    return this.send(true, sFrame(this.#sent[1]));
  }

  order(type: number, cause: number, objects: string, options: AsduOptions = {}): this {
    return this.send(true, iFrame(this.#sent[0]++, this.#sent[1], asduHex(type, cause, objects, options)));
  }

  tell(type: number, cause: number, objects: string, options: AsduOptions = {}): this {
    return this.send(false, iFrame(this.#sent[1]++, this.#sent[0], asduHex(type, cause, objects, options)));
  }

  /** A command and its confirmation. */
  command(type: number, objects: string, options: AsduOptions = {}): this {
    return this.order(type, 6, objects, options).tell(type, 7, objects, options);
  }
}

const SWITCH = addressHex(2001);
const SET_POINT = addressHex(3001);

function operation(): Uint8Array {
  return new Conversation()
    .start()
    .tell(70, 4, '00000000')
    .order(100, 6, '00000014', { station: 0xffff })
    .tell(100, 7, '00000014')
    .tell(1, 20, `${addressHex(1001)}01 00 01 80`, { isSequence: true, count: 4 })
    .tell(3, 20, `${addressHex(1101)}02 ${addressHex(1102)}01 ${addressHex(1110)}02`, { count: 3 })
    .tell(13, 20, `${addressHex(1201)}00006E43 00 0000C841 00 CDCC4842 40`, { isSequence: true, count: 3 })
    .tell(100, 10, '00000014')
    .acknowledge()
    .order(103, 6, `000000${TIME}`, { station: 0xffff })
    .tell(103, 7, `000000${TIME}`)
    .wait(1_000_000)
    .tell(30, 3, `${addressHex(1002)}01${TIME}`)
    .tell(36, 3, `${addressHex(1202)}0000CA41 00${TIME}`)
    .acknowledge()
    .command(46, `${SWITCH}82`)
    .command(46, `${SWITCH}02`)
    .tell(31, 11, `${addressHex(1101)}01${TIME}`)
    .tell(46, 10, `${SWITCH}02`)
    .command(50, `${SET_POINT}0000484200`)
    .order(50, 6, `${SET_POINT}0000C84200`)
    .tell(50, 7, `${SET_POINT}0000C84200`, { isNegative: true })
    .order(45, 6, `${addressHex(9999)}01`)
    .tell(45, 47, `${addressHex(9999)}01`, { isNegative: true })
    .order(101, 6, '00000005')
    .tell(101, 7, '00000005')
    .tell(15, 37, `${addressHex(1301)}10270000 03 20270000 03`, { isSequence: true, count: 2 })
    .tell(101, 10, '00000005')
    .order(102, 5, addressHex(1201))
    .tell(13, 5, `${addressHex(1201)}00006F43 00`)
    .order(102, 5, addressHex(1299))
    .tell(102, 47, addressHex(1299), { isNegative: true })
    .wait(20_000_000)
    .test()
    .order(103, 6, `000000${NEXT_DAY}`)
    .tell(103, 7, `000000${NEXT_DAY}`)
    .command(105, '00000001')
    .stop()
    .file();
}

/** A message of every type, with values that differ from 0 and no bit that must not be set. */
function everyType(): Uint8Array {
  const capture = new Conversation().start();
  for (const { type, time } of TYPES) {
    if (type >= 120) continue;
    const address = type === 70 || (type >= 100 && type <= 107 && type !== 102) ? '000000' : addressHex(500 + type);
    const element = ELEMENTS[type] ?? '01'.repeat(OBJECT_SIZE_OF[type]! - time);
    const objects = address + element + (time === 7 ? TIME : time === 3 ? SHORT_TIME : '');
    if (isMonitorType(type))
      capture.tell(type, type === 70 ? 4 : type === 15 || type === 16 || type === 37 ? 37 : 3, objects);
    else if (type === 102) capture.order(type, 5, objects).tell(13, 5, `${objects}0000803F00`);
    else capture.command(type, objects);
  }
  return capture.acknowledge().file();
}

const ELEMENTS: Readonly<Record<number, string>> = {
  5: '7E00',
  6: 'BF00',
  7: '7856341200',
  8: '7856341210',
  9: '008000',
  10: 'FF7F00',
  11: 'FEFF00',
  12: 'FEFF20',
  13: '0000C83F00',
  14: '0000C8BF40',
  15: 'FEFFFFFF03',
  16: '0A00000083',
  17: '02 6400',
  18: '05 00 6400',
  19: '03 00 6400',
  20: '3412010000',
  32: '0500',
  33: '0100000001',
  34: '004000',
  35: '010000',
  36: '0000803F00',
  37: '0100000001',
  38: '01 6400',
  39: '01 00 6400',
  40: '01 00 6400',
  48: '004000',
  49: 'FFFF00',
  50: '0000803F00',
  61: '004080',
  62: '010080',
  63: '0000804080',
  100: '14',
  101: '05',
  103: TIME,
  104: 'AA55',
  105: '01',
  106: '6400',
  107: '0100',
  113: '03',
};

const PLACE = `${addressHex(30_000)}0200`;

/** A directory, a file that is read, one that is written, one that is not there. */
function files(): Uint8Array {
  return new Conversation()
    .start()
    .order(122, 5, `${addressHex(0)}0000 00 00`)
    .tell(126, 5, `${PLACE}060000 20 ${TIME}`)
    .order(122, 13, `${PLACE}00 01`)
    .tell(120, 13, `${PLACE}060000 00`)
    .order(122, 13, `${PLACE}00 02`)
    .tell(121, 13, `${PLACE}01 060000 00`)
    .order(122, 13, `${PLACE}01 06`)
    .tell(125, 13, `${PLACE}01 04 01020304`)
    .tell(125, 13, `${PLACE}01 02 0506`)
    .tell(123, 13, `${PLACE}01 03 15`)
    .order(124, 13, `${PLACE}01 03`)
    .tell(123, 13, `${PLACE}01 01 15`)
    .order(124, 13, `${PLACE}00 01`)
    .order(120, 13, `${PLACE}020000 00`)
    .tell(122, 13, `${PLACE}00 02`)
    .order(121, 13, `${PLACE}01 020000 00`)
    .tell(122, 13, `${PLACE}01 06`)
    .order(125, 13, `${PLACE}01 02 4142`)
    .order(123, 13, `${PLACE}01 03 83`)
    .tell(124, 13, `${PLACE}01 03`)
    .order(123, 13, `${PLACE}01 01 83`)
    .tell(124, 13, `${PLACE}00 01`)
    .order(122, 13, `${addressHex(30_009)}0200 00 01`)
    .tell(120, 13, `${addressHex(30_009)}0200 000000 80`)
    .order(122, 13, `${PLACE}00 04`)
    .file();
}

/** What a station must not say. */
function malformed(): Uint8Array {
  return new Conversation()
    .start()
    .send(true, Buffer.from('68054300000000', 'hex'))
    .send(true, uFrame(0x47))
    .order(1, 3, `${addressHex(1001)}01`)
    .tell(45, 6, `${addressHex(2001)}01`)
    .tell(22, 3, `${addressHex(1001)}01`)
    .tell(1, 42, `${addressHex(1001)}01`)
    .tell(1, 3, `${addressHex(1001)}01`, { count: 3 })
    .tell(13, 3, `${addressHex(1201)}0000C07F00`)
    .tell(30, 3, `${addressHex(1002)}0FE803 3C 00 00 0D 1A`)
    .order(46, 6, `${SWITCH}03`)
    .order(45, 6, `${addressHex(2001)}0101`, { station: 0xffff })
    .order(100, 6, '01000013')
    .send(false, iFrame(40, 3, asduHex(1, 3, `${addressHex(1001)}01`)))
    .send(true, sFrame(1))
    .send(true, sFrame(0))
    .file();
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['operation.pcap', operation()],
    ['every-type.pcap', everyType()],
    ['files.pcap', files()],
    ['malformed.pcap', malformed()],
  ]);
}

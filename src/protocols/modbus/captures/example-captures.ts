// Builds the captures of this folder, byte for byte: hand-made Modbus conversations. captures.test.ts compares them with the files; `npm run golden -- --update` writes the files.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';
import { rtuFrame, tcpFrame } from '../example-frames.ts';

const HMI: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const CONTROLLER: Endpoint = { mac: 2, ip: 10, port: 502 };
const GATEWAY: Endpoint = { mac: 3, ip: 11, port: 4001 };

class Conversation extends TcpExample {
  #transaction = 0;

  /** A Modbus/TCP request and its answer, '' for none. */
  tcp(unit: number, request: string, answer: string): this {
    this.#transaction++;
    this.send(true, tcpFrame(this.#transaction, unit, request));
    if (answer !== '') this.send(false, tcpFrame(this.#transaction, unit, answer));
    return this;
  }

  /** The same in the serial framing. */
  rtu(unit: number, request: string, answer: string): this {
    this.send(true, rtuFrame(unit, request));
    if (answer !== '') this.send(false, rtuFrame(unit, answer));
    return this;
  }
}

function textHex(text: string): string {
  return Buffer.from(text).toString('hex');
}

function object(id: number, text: string): string {
  return Buffer.from([id, text.length]).toString('hex') + textHex(text);
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    [
      'functions.pcap',
      new Conversation(HMI, CONTROLLER)
        .tcp(1, '01 0013 0013', '01 03 CD6B05')
        .tcp(1, '02 00C4 0016', '02 03 ACDB35')
        .tcp(1, '03 006B 0003', '03 06 022B 0000 0064')
        .tcp(1, '04 0008 0001', '04 02 000A')
        .tcp(1, '05 00AC FF00', '05 00AC FF00')
        .tcp(1, '06 0001 0003', '06 0001 0003')
        .tcp(1, '07', '07 6D')
        .tcp(1, '08 0000 A537', '08 0000 A537')
        .tcp(1, '08 0001 0000', '08 0001 0000')
        .tcp(1, '08 000A 0000', '08 000A 0000')
        .tcp(1, '08 000B 0000', '08 000B 0007')
        .tcp(1, '0B', '0B FFFF 0108')
        .tcp(1, '0C', '0C 08 0000 0108 0121 2000')
        .tcp(1, '0F 0013 000A 02 CD01', '0F 0013 000A')
        .tcp(1, '10 0001 0002 04 000A 0102', '10 0001 0002')
        .tcp(1, '11', `11 0A ${textHex('PUMP CTRL')} FF`)
        .tcp(1, '14 0E 06 0004 0001 0002 06 0003 0009 0002', '14 0C 05 06 0DFE 0020 05 06 33CD 0040')
        .tcp(1, '15 0D 06 0004 0007 0003 06AF 04BE 100D', '15 0D 06 0004 0007 0003 06AF 04BE 100D')
        .tcp(1, '16 0004 00F2 0025', '16 0004 00F2 0025')
        .tcp(1, '17 0003 0006 000E 0003 06 00FF 00FE 00FD', '17 0C 00FE 0ACD 0001 0003 000D 00FF')
        .tcp(1, '18 04DE', '18 0006 0002 01B8 1284')
        .tcp(
          255,
          '2B 0E 01 00',
          `2B 0E 01 81 00 00 03 ${object(0, 'Example Works')} ${object(1, 'EX-100')} ${object(2, 'V2.11')}`,
        )
        .tcp(1, '03 1000 0001', '83 02')
        .tcp(1, '08 0004 0000', '')
        .file(),
    ],
    [
      'umas.pcap',
      new Conversation(HMI, CONTROLLER)
        .tcp(
          0,
          '5A 00 02',
          `5A 00 FE 0000 00000000 0000 7002 0000 0000 0000 00000000 0000 09 ${textHex('EX CPU 31')} 00`,
        )
        .tcp(0, '5A 00 03 00', `5A 00 FE ${'00'.repeat(38)} 08 ${textHex('Boilers')}00`)
        .tcp(0, `5A 00 10 00000000 03 ${textHex('ENG')}`, '5A 00 FE 01')
        .tcp(0, '5A 01 12', '5A 01 FE')
        .tcp(0, '5A 01 33 0001 FB00', '5A 01 FE 0001 06000000')
        .tcp(0, '5A 01 34 0001 0100', '5A 01 FE 00 00 0400 41505800')
        .tcp(0, '5A 01 34 0001 0200', '5A 01 FE 01 00 0200 0102')
        .tcp(0, '5A 01 35 0001 0200', '5A 01 FE')
        .tcp(0, '5A 01 41 FF00', '5A 01 FE')
        .tcp(0, '5A 01 30 0001', '5A 01 FE')
        .tcp(0, '5A 01 31 0001 0100 0400 41505800', '5A 01 FE')
        .tcp(0, '5A 01 32 0001 0100', '5A 01 FE')
        .tcp(0, '5A 01 40 FF00', '5A 01 FD 80 00')
        .tcp(0, '5A 01 11', '5A 01 FE')
        .file(),
    ],
    [
      'malformed.pcap',
      new Conversation(HMI, CONTROLLER)
        .tcp(1, '03 0000 0001', '03 02 0001')
        .tcp(1, '03 0000 0000', '83 03')
        .tcp(1, '03 0000 007E', '83 03')
        .tcp(1, '04 FFFF 0002', '84 02')
        .tcp(1, '05 0001 1234', '85 03')
        .tcp(1, '10 0005 0003 06 0001 0002', '90 03')
        .tcp(1, '06 0001 0003', '06 0001 0004')
        .tcp(1, '03 0000 0002', '03 02 0001')
        .tcp(1, '03 0000 0001', '83 63')
        .tcp(1, '03 0000 0001', '04 02 0001')
        .tcp(1, '09 0001', '89 01')
        .tcp(1, '03 0000 0001 FFFF', '03 02 0001')
        .file(),
    ],
    [
      'rtu-over-tcp.pcap',
      new Conversation(HMI, GATEWAY)
        .rtu(1, '03 006B 0003', '03 06 022B 0000 0064')
        .rtu(2, '10 0001 0002 04 000A 0102', '10 0001 0002')
        .rtu(2, '11', `11 0A ${textHex('PUMP CTRL')} FF`)
        .rtu(0, '06 0001 0003', '')
        .rtu(1, '03 006B 0003', '83 0B')
        .rtu(1, '04 0000 0001', '')
        .file(),
    ],
  ]);
}

// Carriers that are spoken by devices only: their conversations are built message for message around the file.
import { TcpExample, UdpExample, type Endpoint } from '../../src/protocols/example-conversation.ts';
import * as bacnet from '../../src/protocols/bacnet/example-frames.ts';
import * as dnp3 from '../../src/protocols/dnp3/example-frames.ts';
import * as enip from '../../src/protocols/enip/example-frames.ts';
import { tcpFrame } from '../../src/protocols/modbus/example-frames.ts';
import * as iec104 from '../../src/protocols/iec104/example-frames.ts';
import * as s7 from '../../src/protocols/s7/example-frames.ts';

export interface Built {
  readonly name: string;
  /** Bytes that the carrier has room for, where that is less than the file. */
  readonly bytesMax: number;
  build(file: Uint8Array): Uint8Array;
}

const ALL = Infinity;

function endpoints(port: number): [Endpoint, Endpoint] {
  return [
    { mac: 1, ip: 20, port: port > 40_000 ? port : 40_001 },
    { mac: 2, ip: 10, port },
  ];
}

function pieces(file: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: Math.ceil(file.length / size) }, (_value, at) =>
    file.subarray(at * size, (at + 1) * size),
  );
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** File 1 of a device, in pieces of a thousand bytes. */
function writtenByBacnet(file: Uint8Array): UdpExample {
  const [station, controller] = endpoints(47_808);
  const talk = new UdpExample();
  for (const [index, piece] of pieces(file, 1000).entries()) {
    const at = `33 ${bacnet.hex(index * 1000, 3)}`;
    const data = `65 FE ${bacnet.hex(piece.length, 2)} ${hexOf(piece)}`;
    const invokeId = index & 0xff;
    const parameters = `C4${bacnet.objectId(10, 1)} 0E ${at} ${data} 0F`;
    talk.send(station, controller, bacnet.unicast(bacnet.request(invokeId, 7, parameters)));
    const answer = bacnet.complexAck(invokeId, 7, `0B ${bacnet.hex(index * 1000, 3)}`);
    talk.send(controller, station, bacnet.unicast(answer));
  }
  return talk;
}

/** Sum of all octets, modulo 256. */
function sumHex(bytes: Uint8Array): string {
  return bacnet.hex(
    bytes.reduce((sum, byte) => (sum + byte) & 0xff, 0),
    1,
  );
}

export const BUILT: readonly Built[] = [
  {
    name: 'Modbus file records (21)',
    // 10,000 records of two bytes.
    bytesMax: 20_000,
    build: (file) => {
      const talk = new TcpExample(...endpoints(502));
      for (const [index, piece] of pieces(file, 240).entries()) {
        const group = `06 0004 ${bacnet.hex(index * 120, 2)} ${bacnet.hex(piece.length / 2, 2)} ${hexOf(piece)}`;
        const message = `15 ${bacnet.hex(piece.length + 7, 1)} ${group}`;
        talk.send(true, tcpFrame(index, 1, message)).send(false, tcpFrame(index, 1, message));
      }
      return talk.file();
    },
  },
  {
    name: 'UMAS download',
    bytesMax: ALL,
    build: (file) => {
      const talk = new TcpExample(...endpoints(502));
      let transaction = 0;
      const ask = (message: string): void => {
        transaction = (transaction + 1) & 0xffff;
        talk.send(true, tcpFrame(transaction, 0, message)).send(false, tcpFrame(transaction, 0, '5A 01 FE'));
      };
      ask('5A 01 30 0001');
      const parts = pieces(file, 200);
      for (const [index, piece] of parts.entries()) {
        ask(`5A 01 31 0001 ${dnp3.le(index + 1, 2)} ${dnp3.le(piece.length, 2)} ${hexOf(piece)}`);
      }
      ask(`5A 01 32 0001 ${dnp3.le(parts.length + 1, 2)}`);
      return talk.file();
    },
  },
  {
    name: 'DNP3 file',
    bytesMax: ALL,
    build: (file) => {
      const talk = new TcpExample(...endpoints(20_000));
      const name = 'firmware.img';
      let sequence = 0;
      const segments: [number, number] = [0, 0];
      const say = (fromMaster: boolean, fragment: Uint8Array): void => {
        const side = fromMaster ? 0 : 1;
        const frames = dnp3.segmentFrames(fromMaster, fragment, 1, 10, segments[side]);
        segments[side] = (segments[side] + frames.length) & 0x3f;
        talk.send(fromMaster, frames.flat());
      };
      const ask = (request: string, response: string): void => {
        say(true, dnp3.request(sequence, request));
        say(false, dnp3.response(sequence, response));
        sequence = (sequence + 1) & 15;
      };
      const fixed = `1a00${dnp3.le(name.length, 2)}000000000000ff0100000000${dnp3.le(file.length, 4)}0200 00040500`;
      const status = dnp3.sized(70, 4, `${dnp3.le(7, 4)}${dnp3.le(0, 4)}0004050000`);
      ask(`19 ${dnp3.sized(70, 3, fixed.replace(' ', '') + dnp3.textHex(name))}`, status);
      const parts = pieces(file, 1000);
      for (const [index, piece] of parts.entries()) {
        const number = index + (index === parts.length - 1 ? 2 ** 31 : 0);
        const block = dnp3.sized(70, 5, `${dnp3.le(7, 4)}${dnp3.le(number, 4)}${hexOf(piece)}`);
        ask(`02 ${block}`, dnp3.sized(70, 6, `${dnp3.le(7, 4)}${dnp3.le(number, 4)}00`));
      }
      ask(`1a ${status}`, status);
      return talk.file();
    },
  },
  {
    name: 'BACnet AtomicWriteFile',
    bytesMax: ALL,
    build: (file) => writtenByBacnet(file).file(),
  },
  {
    name: 'BACnet AtomicWriteFile, File_Size read after it',
    bytesMax: ALL,
    build: (file) => {
      const [station, controller] = endpoints(47_808);
      const property = `0C${bacnet.objectId(10, 1)} 192A`;
      const size = `3E 23${bacnet.hex(file.length, 3)} 3F`;
      return writtenByBacnet(file)
        .send(station, controller, bacnet.unicast(bacnet.request(200, 12, property)))
        .send(controller, station, bacnet.unicast(bacnet.complexAck(200, 12, `${property} ${size}`)))
        .file();
    },
  },
  {
    name: 'IEC 104 file (F_FR, F_SR, F_SG, F_LS, F_AF)',
    bytesMax: ALL,
    build: (file) => {
      const talk = new TcpExample(...endpoints(2404));
      const sent: [number, number] = [0, 0];
      const place = `${iec104.addressHex(30_000)}0200`;
      const say = (fromClient: boolean, type: number, element: string): void => {
        const [own, other] = fromClient ? ([0, 1] as const) : ([1, 0] as const);
        talk.send(fromClient, iec104.iFrame(sent[own]++, sent[other], iec104.asduHex(type, 13, `${place}${element}`)));
      };
      talk.send(true, iec104.uFrame(0x07)).send(false, iec104.uFrame(0x0b));
      say(true, 120, `${dnp3.le(file.length, 3)}00`);
      say(false, 122, '0002');
      for (const [index, section] of pieces(file, 50_000).entries()) {
        const number = bacnet.hex(index + 1, 1);
        say(true, 121, `${number}${dnp3.le(section.length, 3)}00`);
        say(false, 122, `${number}06`);
        for (const piece of pieces(section, 236))
          say(true, 125, `${number}${bacnet.hex(piece.length, 1)}${hexOf(piece)}`);
        say(true, 123, `${number}03${sumHex(section)}`);
        say(false, 124, `${number}03`);
      }
      say(true, 123, `0401${sumHex(file)}`);
      say(false, 124, '0001');
      return talk.file();
    },
  },
  {
    name: 'CIP flash update',
    bytesMax: ALL,
    build: (file) => {
      const talk = new TcpExample(...endpoints(44_818));
      const flash = (service: number, data: readonly number[]): void => {
        talk.send(true, enip.unconnected(enip.request(service, '20A12401', data)));
        talk.send(false, enip.unconnected(enip.answer(service)));
      };
      flash(0x4b, [...enip.le32(file.length), 0, 0, 0, 0]);
      for (const [index, piece] of pieces(file, 350).entries()) flash(0x4d, [...enip.le32(index * 350), ...piece]);
      return talk.file();
    },
  },
  {
    name: 'Logix routine, read out (status 6 while there is more)',
    bytesMax: ALL,
    build: (file) => {
      const talk = new TcpExample(...endpoints(44_818));
      const parts = pieces(file, 480);
      for (const [index, piece] of parts.entries()) {
        const status = index < parts.length - 1 ? 6 : 0;
        talk.send(true, enip.unconnected(enip.request(0x4c, '2068 2402 206D 2405', [...enip.le32(index * 480)])));
        talk.send(false, enip.unconnected(enip.answer(0x4c, [...piece], status)));
      }
      return talk.file();
    },
  },
  {
    name: 'Logix routine, created whole',
    // What is kept of a request until it is answered.
    bytesMax: 400,
    build: (file) => {
      const talk = new TcpExample(...endpoints(44_818));
      talk.send(true, enip.unconnected(enip.request(0x08, '2068 2402 206D 2400', [...file])));
      talk.send(false, enip.unconnected(enip.answer(0x08, [...enip.le32(5)])));
      return talk.file();
    },
  },
  {
    name: 'S7 block download',
    // Six digits of length, and blocks of at most 64 KiB.
    bytesMax: 60_000,
    build: (file) => {
      const talk = new TcpExample(...endpoints(102));
      const block = `09${Buffer.from('_0C00007P').toString('hex')}`;
      const digits = Buffer.from(
        `1${String(file.length).padStart(6, '0')}${String(file.length - 72).padStart(6, '0')}`,
      );
      talk.send(true, s7.CONNECT).send(false, s7.CONFIRM);
      talk.send(true, s7.job(1, 'F0000001000100F0')).send(false, s7.answer(1, 'F0000001000100F0'));
      talk.send(true, s7.job(2, `1A00 0100 00000000 ${block} 0D ${digits.toString('hex')}`));
      talk.send(false, s7.answer(2, '1A00'));
      const parts = pieces(file, 222);
      let reference = 0x100;
      for (const [index, piece] of parts.entries()) {
        const more = index < parts.length - 1 ? '01' : '00';
        talk.send(false, s7.job(reference, `1B00 0000 00000000 ${block}`));
        talk.send(true, s7.answer(reference++, `1B${more}`, `${bacnet.hex(piece.length, 2)} 00FB ${hexOf(piece)}`));
      }
      talk.send(false, s7.job(reference, `1C00 0000 00000000 ${block}`)).send(true, s7.answer(reference, '1C'));
      return talk.file();
    },
  },
];

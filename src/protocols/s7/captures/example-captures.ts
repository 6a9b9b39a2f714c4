// Builds the captures of this folder that are hand-made, byte for byte. captures.test.ts compares them with the files;
// `npm run golden -- --update` writes the files. snap7-and-nodes7.pcap is recorded: Snap7 1.4 as server and client
// (node-snap7 1.0.9), and nodes7 0.3.18 as a second client, between two network namespaces.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';
import { CONFIRM, CONNECT, answer, anyItem, connection, data, job, plus, userData } from '../example-frames.ts';

const STATION: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const CONTROLLER: Endpoint = { mac: 2, ip: 10, port: 102 };

function text(value: string): string {
  return Buffer.from(value).toString('hex');
}

/** `_0800001P`, with its length. */
function file(name: string): string {
  return `09${text(name)}`;
}

/** A block of DB 7: header, four bytes of data, trailer. */
const BLOCK_HEADER = '7070 0101 050A 0007 0000004C 00000000 0291476029B5 0291476029B5 0000 0000 0000 0004';
const BLOCK_REST = `DEADBEEF ${text('AUTHOR\0\0FAMILY\0\0NAME\0\0\0\0')} 0100 C0DF 0000000000000000`;

function s7comm(): TcpExample {
  const talk = new TcpExample(STATION, CONTROLLER);
  const pair = (request: Uint8Array, reply: Uint8Array): void => {
    talk.send(true, request).send(false, reply);
  };
  pair(CONNECT, CONFIRM);
  pair(job(1, 'F0000001000101E0'), answer(1, 'F0000001000100F0'));
  // Variables, one refused; a write of a real number, and one in two data units.
  const items = [anyItem(4, 2, 10, 0x84, 80), anyItem(1, 1, 0, 0x83, 25), anyItem(2, 4, 99, 0x84, 0)];
  pair(job(2, `0403${items.join('')}`), answer(2, '0403', 'FF040020 00010002 FF030001 01 00 0A000000'));
  pair(job(3, `0501${anyItem(8, 1, 10, 0x84, 0)}`, '00070004 41AC0000'), answer(3, '0501', 'FF'));
  const write = job(4, `0501${anyItem(2, 3, 0, 0x82, 0)}`, '00040018 010203').subarray(7);
  talk.send(true, data(write.subarray(0, 20), false)).send(true, data(write.subarray(20)));
  talk.send(false, answer(4, '0501', 'FF'));
  // A download: the controller asks for the pieces.
  const block = file('_0A00007P');
  pair(job(5, `1A00 0100 00000000 ${block} 0D ${text('1000076000004')}`), answer(5, '1A00'));
  talk.send(false, job(0x100, `1B00 0000 00000000 ${block}`));
  talk.send(true, answer(0x100, '1B01', `0024 00FB ${BLOCK_HEADER}`));
  talk.send(false, job(0x101, `1B00 0000 00000000 ${block}`));
  talk.send(true, answer(0x101, '1B00', `0028 00FB ${BLOCK_REST}`));
  talk.send(false, job(0x102, `1C00 0000 00000000 ${block}`));
  talk.send(true, answer(0x102, '1C'));
  pair(job(6, `28 000000000000FD 000A 0100 ${text('0A00007P')} 05 ${text('_INSE')}`), answer(6, '28'));
  // An upload of the same block.
  pair(job(7, `1D00 0000 00000000 ${file('_0A00007A')}`), answer(7, `1D00 0100 00000009 07 ${text('0000076')}`));
  pair(job(8, '1E00 0000 00000009'), answer(8, '1E00', `004C 00FB ${BLOCK_HEADER} ${BLOCK_REST}`));
  pair(job(9, '1F00 0000 00000009'), answer(9, '1F'));
  // A wrong password, then the right one, `1SECTEST`, as the tools hide them.
  pair(userData(10, 4, 5, 1, '0207181C0A697F1C'), userData(10, 8, 5, 1, '', { tail: '0000D602' }));
  pair(userData(19, 4, 5, 1, '6406741075007301'), userData(19, 8, 5, 1, '', { tail: '00000000' }));
  // A status list in two parts, a change of the operating mode, cyclic reading.
  const order = `0011 0000 001C 0001 0001 ${text('6ES7 315-2EH14-0AB0 ')} 00C0`;
  pair(userData(11, 4, 4, 1, '0011 0000'), userData(11, 8, 4, 1, order, { sequence: 3, tail: '0A010000' }));
  pair(
    userData(12, 4, 4, 1, '', { sequence: 3, tail: '0A000000' }),
    userData(12, 8, 4, 1, '0003 0001', { sequence: 3, tail: '0A000000' }),
  );
  pair(
    userData(13, 4, 2, 1, `0001 0101 ${anyItem(2, 4, 10, 0x84, 0)}`),
    userData(13, 8, 2, 1, '0001 FF040020 41AC0000', { sequence: 1, tail: '00000000' }),
  );
  talk.send(false, userData(0, 0, 2, 1, '0001 FF040020 41AC0001', { sequence: 1, tail: '00000000' }));
  talk.send(false, userData(0, 0, 0, 0, ''));
  // Modified for good: a force.
  const table = '0014 000E 0000 0100 0002 0006 0001 0001 0001 0001 0001 0200 0001 1001 0000 0008 0009 0001 01 00';
  pair(userData(14, 4, 1, 8, table), userData(14, 8, 1, 8, '', { sequence: 2, tail: '00000000' }));
  pair(userData(15, 4, 7, 2, '00192601010000000005'), userData(15, 8, 7, 2, '', { tail: '00000000' }));
  pair(job(16, `28 000000000000FD 000A 0100 ${text('0A00007P')} 05 ${text('_DELE')}`), answer(16, '28', '', 0xd241));
  pair(job(17, `29 0000000000 09 ${text('P_PROGRAM')}`), answer(17, '29'));
  pair(job(18, `28 000000000000FD 0000 09 ${text('P_PROGRAM')}`), answer(18, '28'));
  return talk;
}

const SESSION = '000003BE';
const QUALIFIER = '000004E8 8969 0012 00000000 896A 0013 00 896B 0004 00 00';

function request(code: string, sequence: number, body: string): Uint8Array {
  const number = sequence.toString(16).padStart(4, '0');
  return plus(2, `31 0000 ${code} 0000 ${number} ${SESSION} 34 ${body} 00000000`);
}

function reply(code: string, sequence: number, body: string): Uint8Array {
  return plus(2, `32 0000 ${code} 0000 ${sequence.toString(16).padStart(4, '0')} 34 ${body} 00000000`);
}

function s7commPlus(): TcpExample {
  const talk = new TcpExample(STATION, CONTROLLER);
  const pair = (question: Uint8Array, answered: Uint8Array): void => {
    talk.send(true, question).send(false, answered);
  };
  const tsap = `C10206 00 C210${text('SIMATIC-ROOT-HMI')} C0010A`;
  pair(connection(0xe0, tsap), connection(0xd0, tsap));
  const client = `A3 822D 00 15 08 ${text('EXAMPLE1')}`;
  const version = `1;6ES7 214-1AG40-0XB0 ;V4.2`;
  const about = `A3 8232 00 17 0000013A 823F 00 15 ${version.length.toString(16)} ${text(version)} 00`;
  pair(
    plus(
      1,
      `31 0000 04CA 0000 0001 00000120 36 0000011D 00 04 00 00000000 A1 000000D3 821F 00 00 ${client} A2 00000000`,
    ),
    plus(1, `32 0000 04CA 0000 0001 36 00 02 873E 8723 A1 00000120 821F 00 00 ${about} A2 00000000`),
  );
  // DB 3, local id 10, and M, local id 4: read, the second is not there.
  const addresses = '00000000 02 0A 00 88D0B88003 02 9376 0A 00 52 02 9D18 04';
  pair(
    request('054C', 2, `${addresses} 00 ${QUALIFIER}`),
    reply('054C', 2, '00 01 00 0E 41AC0000 00 02 C1C691908086E7FFFE 00'),
  );
  pair(
    request('0542', 3, `00000000 01 05 00 88D0B88003 02 9376 0A 01 00 0E 42200000 00 ${QUALIFIER}`),
    reply('0542', 3, '00 00'),
  );
  talk.send(false, plus(2, '33 7000006A 0400 0000 0000 01 02 01 92 00000005 00 0E 41AC0000 00 00000000'));
  // Stop, in two parts.
  const stop = `31000004F200000004${SESSION}34 00000034 01 9077 00 08 01 00 ${QUALIFIER}`;
  talk.send(true, plus(2, stop.slice(0, 26), false)).send(true, plus(2, `${stop.slice(26)} 00000000`));
  talk.send(false, reply('04F2', 4, '00'));
  pair(request('04D4', 5, SESSION), reply('04D4', 5, `00 ${SESSION}`));
  return talk;
}

/** The hand-made captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['s7comm.pcap', s7comm().file()],
    ['s7comm-plus.pcap', s7commPlus().file()],
  ]);
}

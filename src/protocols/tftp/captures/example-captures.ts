// Builds the capture of this folder: a file read with options, one written, one that is not there. example.test.ts compares
// it with the file; `npm run golden -- --update` writes the file.
import { UdpExample, be16, type Endpoint } from '../../example-conversation.ts';

const DEVICE: Endpoint = { mac: 1, ip: 10, port: 50_001 };
const SERVER: Endpoint = { mac: 2, ip: 20, port: 69 };

const strings = (opcode: number, ...texts: readonly string[]): number[] => [
  0,
  opcode,
  ...Buffer.from(texts.map((text) => `${text}\0`).join(''), 'latin1'),
];
const data = (block: number, size: number): number[] => [0, 3, ...be16(block), ...new Array<number>(size).fill(block)];
const acknowledgment = (block: number): number[] => [0, 4, ...be16(block)];

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const example = new UdpExample();
  const chosen = { ...SERVER, port: 3445 };
  example.send(DEVICE, SERVER, strings(1, 'firmware.bin', 'octet', 'blksize', '64', 'tsize', '0'));
  example.send(chosen, DEVICE, strings(6, 'blksize', '64', 'tsize', '70'));
  example.send(DEVICE, chosen, acknowledgment(0)).send(chosen, DEVICE, data(1, 64)).send(chosen, DEVICE, data(1, 64));
  example.send(DEVICE, chosen, acknowledgment(1)).send(chosen, DEVICE, data(2, 6));
  example.send(DEVICE, chosen, acknowledgment(2));
  const next = { ...DEVICE, port: 50_002 };
  const other = { ...SERVER, port: 3446 };
  example.send(next, SERVER, strings(2, 'startup-config', 'netascii')).send(other, next, acknowledgment(0));
  example.send(next, other, data(1, 20)).send(other, next, acknowledgment(1));
  const last = { ...DEVICE, port: 50_003 };
  example.send(last, SERVER, strings(1, 'missing', 'octet'));
  example.send({ ...SERVER, port: 3447 }, last, [0, 5, 0, 1, ...Buffer.from('File not found\0')]);
  return new Map([['transfers.pcap', example.file()]]);
}

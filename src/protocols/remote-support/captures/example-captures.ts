// Builds the capture of this folder: the first words of tools for remote support, as they are known from outside. None of
// these tools may be had here to record it. captures.test.ts compares it with the file; `npm run golden -- --update` writes it.
import { TcpExample, UdpExample, hexBytes, type Endpoint } from '../../example-conversation.ts';

const STATION: Endpoint = { mac: 1, ip: 10, port: 50_123 };
const SERVER: Endpoint = { mac: 2, ip: 200, port: 0 };
const PEER_IDENTIFIER = '123456789';

function connection(port: number, words: readonly (readonly [fromClient: boolean, hex: string])[]): Uint8Array {
  const example = new TcpExample(STATION, { ...SERVER, port });
  for (const [fromClient, hex] of words) example.send(fromClient, hexBytes(hex));
  return example.file();
}

function registration(): Uint8Array {
  const peer = [0x0a, PEER_IDENTIFIER.length, ...Buffer.from(PEER_IDENTIFIER, 'latin1')];
  const example = new UdpExample();
  for (let count = 0; count < 3; count++)
    example.wait(12_000_000).send(STATION, { ...SERVER, port: 21_116 }, [0x32, peer.length, ...peer]);
  return example.file();
}

export function exampleCaptures(): Map<string, Uint8Array> {
  return new Map([
    [
      'teamviewer.pcap',
      connection(5938, [
        [true, '1724 0a20 00000000 8813800000000000'],
        [false, '1724 0b20 00000000 8813800000000000'],
        [true, '1130 1000 00000000 00000000'],
      ]),
    ],
    [
      'radmin.pcap',
      connection(4899, [
        [true, '01 00 00 00 01 00 00 00 08 08'],
        [false, '01 00 00 00 25 00 00 02 12 08 02 00 00 0a'],
      ]),
    ],
    ['dameware.pcap', connection(6129, [[false, '30 11 00 00 00 00 00 00 f8 53 4c 4c']])],
    ['rustdesk.pcap', registration()],
  ]);
}

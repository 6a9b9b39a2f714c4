// For the search for secrets: a capture with every way to log in, each with a secret of its own that nobody else knows.
import { randomBytes } from 'node:crypto';
import { TcpExample, UdpExample } from '../protocols/example-conversation.ts';
import { tcpFrame } from '../protocols/modbus/example-frames.ts';
import { WAYS, linkFrames, type Way } from './example-logins.ts';

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');

const CLIENT = { mac: 1, ip: 1 };
const SERVER = { mac: 2, ip: 2 };

/** Frames of the way, one byte a segment where it is `chopped`, and behind them a restart that raises an alert. */
function conversation(way: Way, secret: string, index: number, isChopped: boolean): Uint8Array[] {
  const client = { ...CLIENT, port: 40_000 + index };
  const server = { ...SERVER, port: way.port };
  const restart = new TcpExample({ ...CLIENT, port: 50_000 + index }, { ...SERVER, port: 502 });
  restart.send(true, tcpFrame(1, 1, '08 0001 0000')).send(false, tcpFrame(1, 1, '08 0001 0000'));
  if (way.transport === 'link') return [linkFrames(way, secret, client, server), restart.file()];
  if (way.transport === 'udp') {
    const datagrams = new UdpExample();
    for (const [fromClient, bytes] of way.say(secret))
      datagrams.send(fromClient ? client : server, fromClient ? server : client, bytes);
    return [datagrams.file(), restart.file()];
  }
  const stream = new TcpExample(client, server);
  for (const [fromClient, bytes] of way.say(secret)) {
    if (isChopped) for (const byte of bytes) stream.send(fromClient, [byte]);
    else stream.send(fromClient, bytes);
  }
  return [stream.file(), restart.file()];
}

const FILE_HEADER_BYTES = 24;

/** A form in which a secret may stand: as it is, in UTF-16, in hexadecimal, as the protocol hides it. */
export interface Planted {
  readonly name: string;
  readonly secret: string;
  readonly bytes: Buffer;
}

/** Each way whole, and those on TCP once more byte by byte. */
export function plantedCapture(): { readonly capture: Buffer; readonly planted: readonly Planted[] } {
  const parts: Uint8Array[] = [];
  const planted: Planted[] = [];
  WAYS.forEach((way, index) => {
    for (const isChopped of way.transport === 'tcp' ? [false, true] : [false]) {
      const secret = randomBytes(4).toString('hex');
      parts.push(...conversation(way, secret, index * 2 + (isChopped ? 1 : 0), isChopped));
      const name = isChopped ? `${way.name}, byte by byte` : way.name;
      for (const bytes of [...formsOf(secret), ...(way.forms?.(secret) ?? [])]) planted.push({ name, secret, bytes });
    }
  });
  const first = parts[0]!.subarray(0, FILE_HEADER_BYTES);
  const capture = Buffer.concat([first, ...parts.map((part) => part.subarray(FILE_HEADER_BYTES))]);
  return { capture, planted };
}

export function formsOf(secret: string): Buffer[] {
  return [latin1(secret), Buffer.from(secret, 'utf16le'), latin1(latin1(secret).toString('hex'))];
}

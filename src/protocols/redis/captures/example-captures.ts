// Builds the capture of this folder: logins, INFO, changes; `npm run golden -- --update` writes the file.
import { TcpExample } from '../../example-conversation.ts';
import { text } from '../../example-stream.ts';

const INFO = '# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1.0 x86_64\r\n';
const SAID: readonly (readonly [string, string])[] = [
  ['INFO', '-NOAUTH Authentication required.'],
  ['AUTH wrong', '-WRONGPASS invalid username-password pair or user is disabled.'],
  ['AUTH panel s3cret', '+OK'],
  ['INFO server', `$${INFO.length}\r\n${INFO}`],
  ['CONFIG SET dir /tmp', '+OK'],
  ['REPLICAOF 192.0.2.66 6379', '+OK'],
  ['MODULE LOAD /tmp/x.so', '-ERR Error loading the extension.'],
];

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const conversation = new TcpExample({ mac: 1, ip: 10, port: 50_001 }, { mac: 2, ip: 20, port: 6379 });
  for (const [request, answer] of SAID) {
    const words = request.split(' ');
    const strings = words.map((word) => `$${word.length}\r\n${word}\r\n`).join('');
    conversation.send(true, text(`*${words.length}\r\n${strings}`));
    conversation.send(false, text(`${answer}\r\n`));
  }
  return new Map([['redis.pcap', conversation.file()]]);
}

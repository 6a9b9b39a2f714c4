// Builds the capture of this folder: a login that is refused, and one that is accepted. example.test.ts compares it with the
// file; `npm run golden -- --update` writes the file.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';

const STATION: Endpoint = { mac: 1, ip: 10, port: 40_001 };
const GATEWAY: Endpoint = { mac: 2, ip: 20, port: 23 };

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const example = new TcpExample(STATION, GATEWAY);
  const client = (text: string): TcpExample => example.send(true, Buffer.from(text, 'latin1'));
  const server = (text: string): TcpExample => example.send(false, Buffer.from(text, 'latin1'));
  server('\xff\xfd\x18\xff\xfd\x27\xff\xfb\x01');
  client('\xff\xfb\x18\xff\xfb\x27\xff\xfd\x01\xff\xfa\x18\x00XTERM\xff\xf0\xff\xfa\x27\x00\x00USER\x01anna\xff\xf0');
  server('OpenWrt 19.07\r\ngateway7 login: ');
  client('root\r\0');
  server('root\r\nPassword: ');
  client('guess\r\0');
  server('\r\nLogin incorrect\r\ngateway7 login: ');
  for (const key of 'rooot\x7f\x7ft') {
    client(key);
    server(key === '\x7f' ? '\b \b' : key);
  }
  client('\r\0');
  server('\r\nPassword: ');
  client('example\r\0');
  server('\r\nroot@gateway7:~# ');
  client('exit\r\0');
  return new Map([['logins.pcap', example.file()]]);
}

// Builds the captures of this folder: standard security with the client's settings, and CredSSP. captures.test.ts compares
// them with the files; `npm run golden -- --update` writes the files.
import { TcpExample } from '../../example-conversation.ts';
import {
  CERTIFICATE,
  certificates,
  clientHello,
  message,
  record,
  serverHello,
  serverName,
} from '../../tls/example-records.ts';
import { connectInitial, connectResponse, connectionConfirm, connectionRequest } from '../example-packets.ts';

const CLIENT = { mac: 1, ip: 10, port: 50_001 };
const SERVER = { mac: 2, ip: 20, port: 3389 };
const COOKIE = 'Cookie: mstshash=operator\r\n';

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const old = new TcpExample(CLIENT, SERVER)
    .send(true, connectionRequest(COOKIE))
    .send(false, connectionConfirm())
    .send(true, connectInitial())
    .send(false, connectResponse(2))
    .send(true, new Uint8Array(100).fill(0xe7));
  const credSsp = new TcpExample(CLIENT, SERVER)
    .send(true, connectionRequest(COOKIE, 3))
    .send(false, connectionConfirm(2, 2))
    .send(true, record(22, clientHello(0x0303, [0xc02f], [serverName('hmi-7.example')])))
    .send(false, record(22, [...serverHello(0x0303, 0xc02f, []), ...certificates(CERTIFICATE), ...message(14, [])]));
  for (let count = 0; count < 40; count++) credSsp.send(false, record(23, new Array<number>(1000).fill(0xe7)));
  return new Map([
    ['standard-security.pcap', old.file()],
    ['credssp.pcap', credSsp.file()],
  ]);
}

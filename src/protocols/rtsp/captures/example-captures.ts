// Builds the capture of this folder: a camera that asks for a password, is given one, and streams between its answers.
// captures.test.ts compares it with the file; `npm run golden -- --update` writes the file.
import { createHash } from 'node:crypto';
import { TcpExample } from '../../example-conversation.ts';

const CLIENT = { mac: 1, ip: 10, port: 50_001 };
const SERVER = { mac: 2, ip: 20, port: 554 };
const URI = 'rtsp://192.0.2.20/stream1';
const SDP = 'v=0\r\no=- 1 1 IN IP4 192.0.2.20\r\ns=Gate 4\r\na=tool:Example Streamer 2014\r\nt=0 0\r\n';

function ascii(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function request(method: string, sequence: number, password = ''): Uint8Array {
  const response = md5(`${md5(`operator:CAM-0815:${password}`)}:abc:${md5(`${method}:${URI}`)}`);
  const parameters = `username="operator", realm="CAM-0815", nonce="abc", uri="${URI}", response="${response}"`;
  const authorization = password === '' ? '' : `Authorization: Digest ${parameters}\r\n`;
  return ascii(`${method} ${URI} RTSP/1.0\r\nCSeq: ${sequence}\r\n${authorization}User-Agent: Recorder/2\r\n\r\n`);
}

function answer(status: string, sequence: number, more = '', body = ''): Uint8Array {
  const head = `RTSP/1.0 ${status}\r\nCSeq: ${sequence}\r\nServer: Camera/1\r\n${more}`;
  return ascii(`${head}Content-Length: ${body.length}\r\n\r\n${body}`);
}

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const challenge = 'WWW-Authenticate: Digest realm="CAM-0815", nonce="abc"\r\n';
  const media = [0x24, 0, 0x02, 0x58, 0x80, 96, ...new Array<number>(598).fill(7)];
  const session = new TcpExample(CLIENT, SERVER)
    .send(true, request('DESCRIBE', 1))
    .send(false, answer('401 Unauthorized', 1, challenge))
    .send(true, request('DESCRIBE', 2, 'admin'))
    .send(false, answer('401 Unauthorized', 2, challenge))
    .send(true, request('DESCRIBE', 3, 'gate-secret'))
    .send(false, answer('200 OK', 3, 'Content-Type: application/sdp\r\n', SDP))
    .send(true, request('PLAY', 4, 'gate-secret'))
    .send(false, answer('200 OK', 4))
    .send(false, media)
    .send(false, media)
    .send(true, request('TEARDOWN', 5, 'gate-secret'))
    .send(false, answer('200 OK', 5));
  return new Map([['camera.pcap', session.file()]]);
}

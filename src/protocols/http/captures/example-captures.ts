// Builds the capture of this folder, byte for byte: a hand-made conversation with the web pages of a camera.
// captures.test.ts compares it with the file; `npm run golden -- --update` writes the file.
import { TcpExample, type Endpoint } from '../../example-conversation.ts';

const BROWSER: Endpoint = { mac: 1, ip: 20, port: 40_001 };
const CAMERA: Endpoint = { mac: 2, ip: 10, port: 8080 };

const PAGE = '<html><head><title>DCS-930L</title></head><body>Welcome</body></html>';
const DESCRIPTION =
  '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>' +
  '<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Camera at the gate</friendlyName>' +
  '<manufacturer>Example &amp; Sons</manufacturer><modelName>DCS-930L</modelName><modelNumber>B1</modelNumber>' +
  '<serialNumber>000123</serialNumber><UDN>uuid:00000000-0000-0000-0000-020000000002</UDN></device></root>';
const AGENT = 'User-Agent: Browser/1.0\r\n';
const UPLOAD =
  '--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nnew\r\n' +
  '--B\r\nContent-Disposition: form-data; name="image"; filename="fw 2.bin"\r\n\r\n\x7fELF\x01\x02\r\n\x03\r\n--B--\r\n';
const FORM = 'username=admin&password=example-password';

class Conversation extends TcpExample {
  says(...segments: string[]): this {
    for (const text of segments) this.send(true, Buffer.from(text, 'latin1'));
    return this;
  }

  answers(...segments: string[]): this {
    for (const text of segments) this.send(false, Buffer.from(text, 'latin1'));
    return this;
  }
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const basic = Buffer.from('admin:example-password').toString('base64');
  const challenge = 'WWW-Authenticate: Basic realm="DCS-930L"\r\n';
  const camera = new Conversation(BROWSER, CAMERA)
    .says(`GET / HTTP/1.1\r\nHost: 192.0.2.10\r\n${AGENT}\r\n`)
    .answers(`HTTP/1.1 401 Unauthorized\r\nServer: alphapd/2.1.8\r\n${challenge}Content-Length: 0\r\n\r\n`)
    .says(`GET / HTTP/1.1\r\nHost: 192.0.2.10\r\n${AGENT}Authorization: Basic ${basic}\r\n\r\n`)
    .answers('HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n', '10\r\n')
    .answers(`${PAGE.slice(0, 16)}\r\n${(PAGE.length - 16).toString(16)}\r\n${PAGE.slice(16)}\r\n0\r\n\r\n`)
    .says('GET /desc.xml HTTP/1.1\r\n\r\nHEAD /video.mjpg HTTP/1.1\r\n\r\n')
    .answers(`HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: ${DESCRIPTION.length}\r\n\r\n${DESCRIPTION}`)
    .answers('HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n')
    .says(
      `POST /login.cgi HTTP/1.1\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${FORM.length}\r\n\r\n`,
    )
    .says(FORM)
    .answers('HTTP/1.1 302 Found\r\nSet-Cookie: sid=1\r\nLocation: /home.htm\r\nContent-Length: 0\r\n\r\n')
    .says('PUT /settings/time.json HTTP/1.1\r\nContent-Length: 2\r\nContent-Type: application/json\r\n\r\n{}')
    .answers('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n')
    .says(
      'POST /upgrade.cgi?x=1 HTTP/1.1\r\nExpect: 100-continue\r\nContent-Type: multipart/form-data; boundary=B\r\n' +
        `Content-Length: ${UPLOAD.length}\r\n\r\n`,
    )
    .answers('HTTP/1.1 100 Continue\r\n\r\n')
    .says(UPLOAD.slice(0, 40), UPLOAD.slice(40))
    .answers('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\ndone')
    .says('DELETE /users/7 HTTP/1.1\r\n\r\n')
    .answers('HTTP/1.0 200 OK\r\n\r\nuntil the end');
  return new Map([['camera.pcap', camera.file()]]);
}

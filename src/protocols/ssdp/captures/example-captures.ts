// Builds the capture of this folder: a search, its answers, announcements, and what is broken. captures.test.ts compares it
// with the file; `npm run golden -- --update` writes the file.
import { UdpExample, type Endpoint } from '../../example-conversation.ts';

const PHONE: Endpoint = { mac: 1, ip: 10, port: 50_001 };
const BRIDGE: Endpoint = { mac: 2, ip: 20, port: 1900 };
const CAMERA: Endpoint = { mac: 3, ip: 30, port: 1900 };

export function message(...lines: readonly string[]): Uint8Array {
  return Uint8Array.from(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`));
}

const SEARCH = message(
  'M-SEARCH * HTTP/1.1',
  'HOST: 192.0.2.20:1900',
  'MAN: "ssdp:discover"',
  'MX: 3',
  'ST: ssdp:all',
  'USER-AGENT: Example/7 UPnP/1.1 finder/2.0',
);

const answerOf = (server: string): Uint8Array =>
  message(
    'HTTP/1.1 200 OK',
    'CACHE-CONTROL: max-age=100',
    'EXT:',
    'LOCATION: http://192.0.2.20:80/description.xml',
    `SERVER: ${server}`,
    'ST: urn:schemas-upnp-org:device:basic:1',
    'USN: uuid:2f402f80-da50-11e1-9b23-001788000001::urn:schemas-upnp-org:device:basic:1',
  );

const announcement = message(
  'NOTIFY * HTTP/1.1',
  'HOST: 239.255.255.250:1900',
  'nt: urn:schemas-upnp-org:device:MediaServer:2',
  'NTS:ssdp:alive',
  'Server:  Unspecified, UPnP/1.0, Camera\u001b[2J/1.0 ',
  'a line without its colon',
  'USN:uuid:00000000-0000-1000-8000-0200000000ff',
);

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const bridge = new UdpExample();
  for (const version of ['1.9.0', '1.9.0', '1.10.0']) {
    bridge.send(PHONE, BRIDGE, SEARCH);
    bridge.send(BRIDGE, PHONE, answerOf(`Linux/3.14.0 UPnP/1.0 IpBridge/${version}`));
  }
  bridge.send(BRIDGE, PHONE, Uint8Array.of(1, 2, 3));
  const camera = new UdpExample();
  camera.send(CAMERA, { mac: 4, ip: 40, port: 1900 }, announcement);
  return new Map([
    ['announcement.pcap', camera.file()],
    ['search.pcap', bridge.file()],
  ]);
}

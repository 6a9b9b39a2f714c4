// Builds the capture of this folder: neighbours of four kinds, byte for byte, after IEEE 802.1AB, ANSI/TIA-1057 and the
// elements of PROFINET. captures.test.ts compares it with the file; `npm run golden -- --update` writes the file.
import { ExampleFrames, type Endpoint } from '../../example-conversation.ts';
import { ETHER_TYPE, Tlv } from '../messages.ts';

const NEAREST_BRIDGE = [0x01, 0x80, 0xc2, 0, 0, 0x0e];
const SWITCH: Endpoint = { mac: 1, ip: 1, port: 0 };
const CONTROLLER: Endpoint = { mac: 2, ip: 2, port: 0 };
const CAMERA: Endpoint = { mac: 3, ip: 3, port: 0 };
const BROKEN: Endpoint = { mac: 4, ip: 4, port: 0 };

export function element(type: number, ...values: readonly (string | readonly number[])[]): number[] {
  const value = values.flatMap((part) => (typeof part === 'string' ? [...Buffer.from(part, 'utf8')] : [...part]));
  return [(type << 1) | (value.length >> 8), value.length & 0xff, ...value];
}

export function frameOf(...elements: readonly (readonly number[])[]): Uint8Array {
  return Uint8Array.from([...elements.flat(), 0, 0]);
}

const LIFE = element(Tlv.timeToLive, [0, 20]);

const ofSwitch = (port: string): Uint8Array =>
  frameOf(
    element(Tlv.chassisId, [4, 2, 0, 0, 0, 0, 1]),
    element(Tlv.portId, [5], port),
    LIFE,
    element(Tlv.portDescription, 'to cell 4'),
    element(Tlv.systemName, 'switch-cell-4'),
    element(Tlv.systemDescription, 'Example managed switch, eight ports'),
    element(Tlv.systemCapabilities, [0, 0x14, 0, 0x04]),
    element(Tlv.managementAddress, [5, 1, 192, 0, 2, 1, 2, 0, 0, 0, 1, 0]),
  );

const ofController = frameOf(
  element(Tlv.chassisId, [7], 'press-line-2'),
  element(Tlv.portId, [7], 'port-001'),
  LIFE,
  element(Tlv.systemDescription, 'Example AG, EXAMPLE S9, CPU 9-2, 6AA7 212-1BE40-0XB0, HW: 2, FW: V.4.2.1, S C-X4U1'),
  element(Tlv.managementAddress, [5, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0]),
  element(Tlv.organization, [0, 0x0e, 0xcf, 5, 2, 0, 0, 0, 0, 0x20]),
);

const ofCamera = frameOf(
  element(Tlv.chassisId, [5, 1, 192, 0, 2, 3]),
  element(Tlv.portId, [3, 2, 0, 0, 0, 0, 3]),
  LIFE,
  element(Tlv.systemCapabilities, [0, 0x80, 0, 0x80]),
  element(Tlv.organization, [0, 0x12, 0xbb, 5], '1.0'),
  element(Tlv.organization, [0, 0x12, 0xbb, 6], '5.51.7'),
  element(Tlv.organization, [0, 0x12, 0xbb, 7], '5.51.7 build 3'),
  element(Tlv.organization, [0, 0x12, 0xbb, 8], 'ACCC00000003'),
  element(Tlv.organization, [0, 0x12, 0xbb, 9], 'Example Vision'),
  element(Tlv.organization, [0, 0x12, 0xbb, 10], 'Dome \u001b[31m4'),
);

/** The last element says it is longer than the frame. */
const cut = Uint8Array.from([
  ...element(Tlv.chassisId, [7], 'x'),
  ...element(Tlv.portId, [7], 'y'),
  ...LIFE,
  Tlv.systemName << 1,
  200,
  ...Buffer.alloc(60, 0x61),
]);

export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  const frames = new ExampleFrames();
  const say = (source: Endpoint, bytes: Uint8Array): void =>
    void frames.onLink(NEAREST_BRIDGE, source, ETHER_TYPE, bytes);
  for (let round = 0; round < 3; round++) {
    say(SWITCH, ofSwitch('Fa0/4'));
    say(CONTROLLER, ofController);
    say(CAMERA, ofCamera);
    frames.wait(5_000_000);
  }
  say(SWITCH, ofSwitch('Fa0/5'));
  say(BROKEN, cut);
  return new Map([['neighbours.pcap', frames.file()]]);
}

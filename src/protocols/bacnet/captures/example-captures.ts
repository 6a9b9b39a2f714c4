// Builds the captures of this folder that no software was at hand for, datagram for datagram. captures.test.ts compares
// them with the files; `npm run golden -- --update` writes the files.
import { ExampleFrames, UdpExample, type Endpoint } from '../../example-conversation.ts';
import {
  broadcast,
  bvlc,
  complexAck,
  contextText,
  error,
  frame,
  objectId,
  request,
  routedFrom,
  routedTo,
  simpleAck,
  text,
  unconfirmed,
  unicast,
} from '../example-frames.ts';

const PORT = 47_808;
const WORKSTATION: Endpoint = { mac: 1, ip: 20, port: PORT };
const CONTROLLER: Endpoint = { mac: 2, ip: 10, port: PORT };
const ROUTER: Endpoint = { mac: 3, ip: 11, port: PORT };
const BBMD: Endpoint = { mac: 4, ip: 12, port: PORT };
const EVERYBODY: Endpoint = { mac: 255, ip: 255, port: PORT };

const DEVICE = 8;
const ANALOG_INPUT = 0;
const ANALOG_VALUE = 2;
const NOTIFICATION_CLASS = 15;
const FILE = 10;

class Conversation extends UdpExample {
  #invokeId = 0;

  /** A confirmed service to the controller and what it answers, '' for nothing. */
  service(service: number, parameters: string, answer: (invokeId: number) => string): this {
    const invokeId = this.#invokeId++;
    this.send(WORKSTATION, CONTROLLER, unicast(request(invokeId, service, parameters)));
    const said = answer(invokeId);
    return said === '' ? this : this.send(CONTROLLER, WORKSTATION, unicast(said));
  }

  done(service: number, parameters: string): this {
    return this.service(service, parameters, (id) => simpleAck(id, service));
  }

  answered(service: number, parameters: string, answer: string): this {
    return this.service(service, parameters, (id) => complexAck(id, service, answer));
  }

  routed(service: number, parameters: string, answer: (invokeId: number) => string): this {
    const invokeId = this.#invokeId++;
    this.send(WORKSTATION, ROUTER, routedTo(2001, 5, request(invokeId, service, parameters)));
    const said = answer(invokeId);
    return said === '' ? this : this.send(ROUTER, WORKSTATION, routedFrom(2001, 5, said));
  }
}

/** The captures by file name. */
export function exampleCaptures(): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ['services.pcap', services()],
    ['routers.pcap', routers()],
    ['malformed.pcap', malformed()],
    ['ethernet.pcap', ethernet()],
  ]);
}

/** Frames of ISO 8802-3: EtherType and length share a field. */
class Ethernet extends ExampleFrames {
  send(source: Endpoint, target: Endpoint, network: string): this {
    const bytes = frame(network);
    const card = target === EVERYBODY ? Array.from({ length: 6 }, () => 255) : [2, 0, 0, 0, 0, target.mac];
    return this.onLink(card, source, bytes.length, bytes);
  }
}

/** Without IP: who is there, a read, a write, the clock for everybody, a device behind a router, a message cut short. */
function ethernet(): Uint8Array {
  const value = `0C${objectId(ANALOG_VALUE, 3)} 1955`;
  return new Ethernet()
    .send(WORKSTATION, EVERYBODY, `0100 ${unconfirmed(8, '')}`)
    .send(CONTROLLER, EVERYBODY, `0100 ${unconfirmed(0, `C4${objectId(DEVICE, 2101)} 2205C4 9100 2118`)}`)
    .send(WORKSTATION, CONTROLLER, `0104 ${request(1, 12, value)}`)
    .send(CONTROLLER, WORKSTATION, `0100 ${complexAck(1, 12, `${value} 3E 4441B40000 3F`)}`)
    .send(WORKSTATION, CONTROLLER, `0104 ${request(2, 15, `${value} 3E 4441C80000 3F 4908`)}`)
    .send(CONTROLLER, WORKSTATION, `0100 ${simpleAck(2, 15)}`)
    .send(WORKSTATION, EVERYBODY, `0120 FFFF 00 FF ${unconfirmed(6, 'A47E010104 B40C000000')}`)
    .send(WORKSTATION, ROUTER, `0124 07D1 01 05 FF ${request(3, 12, value)}`)
    .send(ROUTER, WORKSTATION, `0108 07D1 01 05 ${complexAck(3, 12, `${value} 3E 4441B00000 3F`)}`)
    .send(WORKSTATION, CONTROLLER, `0124 07D1 09`)
    .file();
}

/** Services that the recorded conversation does not have. */
function services(): Uint8Array {
  const input = objectId(ANALOG_INPUT, 1);
  const stamp = '2E A47E010104 B40C000000 2F';
  return new Conversation()
    .done(0, `0901 1C${input} 2903 3E 1905 3F ${contextText(4, 'night')} 5E 1906 5F`)
    .done(1, `0912 1C${objectId(DEVICE, 2101)} 2C${input} 3900 4E 0955 2E 4441B00000 2F 096F 2E 8204 50 2F 4F`)
    .done(
      2,
      `0901 1C${objectId(DEVICE, 2101)} 2C${input} 3E 1910 3F 4904 5964 6905 8900 9901 A900 B903 CE 5E 0C42A00000 1A0480 2C3F800000 3C42700000 5F CF`,
    )
    .answered(3, '', `C4${input} 9103 8205E0`)
    .answered(4, '0900', `C4${input} 9105 9103 2164 2104`)
    .answered(6, `C4${objectId(FILE, 1)} 0E 3100 2108 0F`, `10 0E 3100 6508 0102030405060708 0F`)
    .answered(6, `C4${objectId(FILE, 1)} 0E 3108 2108 0F`, `11 0E 3108 6504 090A0B0C 0F`)
    .answered(7, `C4${objectId(FILE, 2)} 0E 3100 6506 434F4E464947 0F`, '0900')
    .answered(7, `C4${objectId(FILE, 2)} 1E 31FF 2102 6502 4141 6503 424242 1F`, '1905')
    .done(
      8,
      `0C${objectId(NOTIFICATION_CLASS, 1)} 1966 3E 8201FE B400000000 B417000000 0C${objectId(DEVICE, 9)} 2101 10 8205E0 3F`,
    )
    .done(
      9,
      `0C${objectId(NOTIFICATION_CLASS, 1)} 1966 3E 8201FE B400000000 B417000000 0C${objectId(DEVICE, 9)} 2101 10 8205E0 3F`,
    )
    .answered(10, `0E 0902 0F 1E 094D 2E ${text('setpoint')} 2F 1F`, `C4${objectId(ANALOG_VALUE, 7)}`)
    .done(15, `0C${input} 1923 3E 820500 3F`)
    .done(15, `0C${objectId(16, 1)} 195A 3E 9103 3F`)
    .service(
      16,
      `0C${input} 1E 0955 2E 4441A00000 2F 3908 0951 2E 11 2F 1F`,
      (id) => `50 ${id.toString(16).padStart(2, '0')} 10 0E 9102 9128 0F 1E 0C${input} 1951 1F`,
    )
    .answered(18, '0A0104 1905 2E 2103 2F', '0A0104 1905')
    .done(19, `0C${objectId(DEVICE, 9)} 2901 ${contextText(3, 'belt worn')}`)
    .done(20, `0904 ${contextText(1, 'filister')}`)
    .answered(21, '9100 2101', '2107')
    .answered(23, '2107 6502 4849 2100', '0901')
    .done(22, '2107')
    .answered(
      26,
      `0C${objectId(20, 1)} 1983 3E 2101 3102 3F`,
      `0C${objectId(20, 1)} 1983 3A05E0 4901 5E 0E A47E010104 B40C000000 0F 1E 2C41B00000 1F 5F 6901`,
    )
    .done(27, `0901 ${contextText(1, 'guard')} 2901 3C${objectId(21, 1)}`)
    .done(28, `0901 1C${input} 2901 393C 4E 0955 4F`)
    .answered(29, '', `0E 0C${input} 1903 2A05E0 3E 1901 0900 1902 3F 4900 5A05E0 6E 2104 2104 2104 6F 0F 1900`)
    .done(30, `0901 1900 293C 3905 4E 0C${input} 1E 0E 0955 0F 2900 0E 096F 0F 2900 1F 4F`)
    .done(
      31,
      `0901 1C${objectId(DEVICE, 2101)} 293C 3E A47E010104 B40C000000 3F 4E 0C${input} 1E 0955 2E 4441B00000 2F 1F 4F`,
    )
    .service(12, `0C${input} 1955`, (id) => `60 ${id.toString(16).padStart(2, '0')} 09`)
    .service(12, `0C${input} 1955`, (id) => `71 ${id.toString(16).padStart(2, '0')} 04`)
    .service(12, `0C${input} 1955`, () => '')
    .send(CONTROLLER, EVERYBODY, broadcast(unconfirmed(1, `C4${objectId(DEVICE, 2101)} C4${input} ${text('supply')}`)))
    .send(
      CONTROLLER,
      EVERYBODY,
      broadcast(
        unconfirmed(
          3,
          `0901 1C${objectId(DEVICE, 2101)} 2C${input} ${stamp.replace('2E', '3E').replace('2F', '3F')} 4904 5964 6905 8900 9900 A900 B903`,
        ),
      ),
    )
    .send(WORKSTATION, CONTROLLER, unicast(unconfirmed(4, '0A0104 1906')))
    .send(
      WORKSTATION,
      EVERYBODY,
      broadcast(unconfirmed(5, `0C${objectId(DEVICE, 9)} 2900 ${contextText(3, 'fire drill')}`)),
    )
    .send(WORKSTATION, EVERYBODY, broadcast(unconfirmed(7, contextText(3, 'supply'))))
    .send(WORKSTATION, EVERYBODY, broadcast(unconfirmed(9, 'A47E010104 B40C000000')))
    .send(WORKSTATION, EVERYBODY, broadcast(unconfirmed(10, '0917 1908 2E 0A010C 4442800000 091A 1905 9101 2F')))
    .send(
      CONTROLLER,
      EVERYBODY,
      broadcast(unconfirmed(13, `2205 0104 ${text('EX-AHU')} ${text('EX-000217')}`.replace('2205 0104', '220104'))),
    )
    .send(
      WORKSTATION,
      EVERYBODY,
      broadcast(unconfirmed(14, `220104 ${text('EX-AHU')} ${text('EX-000217')} C4${objectId(DEVICE, 2101)}`)),
    )
    .file();
}

/** Devices behind a router, what routers and broadcast management say, a segmented answer. */
function routers(): Uint8Array {
  const input = objectId(ANALOG_INPUT, 3);
  const network = (body: string): Uint8Array => bvlc(0x0b, body);
  return new Conversation()
    .send(WORKSTATION, EVERYBODY, network('0180 00 07D1'))
    .send(ROUTER, EVERYBODY, network('0180 01 07D1 07D2 0BB8'))
    .send(WORKSTATION, EVERYBODY, network('0180 12'))
    .send(ROUTER, EVERYBODY, network('0180 13 0001 01'))
    .send(WORKSTATION, ROUTER, bvlc(0x0a, '0180 06 00'))
    .send(ROUTER, WORKSTATION, bvlc(0x0a, '0180 07 01 07D1 01 00'))
    .send(ROUTER, EVERYBODY, network('0180 04 07D1'))
    .send(ROUTER, EVERYBODY, network('0180 05 07D1'))
    .send(WORKSTATION, ROUTER, bvlc(0x0a, '0180 08 07D2 3C'))
    .send(WORKSTATION, ROUTER, bvlc(0x0a, '0180 09 07D2'))
    .send(WORKSTATION, ROUTER, bvlc(0x0a, '0180 80 0104 AABB'))
    .send(WORKSTATION, EVERYBODY, bvlc(0x0b, `0120 FFFF 00 FF ${unconfirmed(8, '')}`))
    .send(
      ROUTER,
      EVERYBODY,
      bvlc(0x0b, `0108 07D1 01 05 ${unconfirmed(0, `C4${objectId(DEVICE, 2015)} 2201E0 9103 2123`)}`),
    )
    .send(
      BBMD,
      EVERYBODY,
      bvlc(0x04, `0A000005BAC0 0100 ${unconfirmed(0, `C4${objectId(DEVICE, 77)} 2205C4 9103 2108`)}`),
    )
    .routed(12, `0C${input} 1955`, (id) => complexAck(id, 12, `0C${input} 1955 3E 4441B00000 3F`))
    .routed(15, `0C${input} 1955 3E 4441F00000 3F 4908`, (id) => error(id, 15, 2, 40))
    .routed(
      14,
      `0C${input} 1E 0955 096F 1F`,
      (id) => `3C ${id.toString(16).padStart(2, '0')} 00 02 0E 0C${input} 1E 2955 4E`,
    )
    .send(ROUTER, WORKSTATION, routedFrom(2001, 5, '38 02 01 02 0E 4441B00000 4F 296F 4E 820410 4F 1F'))
    .send(WORKSTATION, ROUTER, routedTo(2001, 5, '40 02 01 02'))
    .routed(12, `0C${input} 1955`, () => '')
    .send(ROUTER, WORKSTATION, bvlc(0x0a, '0180 03 01 07D1'))
    .send(WORKSTATION, BBMD, bvlc(0x02, ''))
    .send(BBMD, WORKSTATION, bvlc(0x03, 'C000020C BAC0 FFFFFFFF'))
    .send(WORKSTATION, BBMD, bvlc(0x01, 'C000020C BAC0 FFFFFFFF 0A000005 BAC0 FFFFFFFF'))
    .send(BBMD, WORKSTATION, bvlc(0x00, '0000'))
    .send(WORKSTATION, BBMD, bvlc(0x05, '003C'))
    .send(BBMD, WORKSTATION, bvlc(0x00, '0000'))
    .send(WORKSTATION, BBMD, bvlc(0x06, ''))
    .send(BBMD, WORKSTATION, bvlc(0x07, 'C0000214 BAC0 003C 0059'))
    .send(WORKSTATION, BBMD, bvlc(0x09, `0100 ${unconfirmed(8, '')}`))
    .send(WORKSTATION, BBMD, bvlc(0x08, 'C0000214 BAC0'))
    .send(BBMD, WORKSTATION, bvlc(0x00, '0050'))
    .file();
}

function malformed(): Uint8Array {
  const input = objectId(ANALOG_INPUT, 1);
  const read = request(1, 12, `0C${input} 1955`);
  const tooLong = unicast(read);
  tooLong[3]! += 5;
  return new Conversation()
    .send(WORKSTATION, CONTROLLER, unicast(read))
    .send(CONTROLLER, WORKSTATION, unicast(complexAck(1, 12, `0C${input} 1955 3E 4441B0`)))
    .send(WORKSTATION, CONTROLLER, tooLong)
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, `0200 ${read}`))
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, `0150 ${read}`))
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, '0120 07D1 09'))
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, '0180'))
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, '0180 03 01'))
    .send(WORKSTATION, CONTROLLER, bvlc(0x0a, '0180 40'))
    .send(WORKSTATION, CONTROLLER, unicast('00 05'))
    .send(WORKSTATION, CONTROLLER, unicast('90 01 02'))
    .send(WORKSTATION, CONTROLLER, unicast(request(2, 77, '')))
    .send(WORKSTATION, CONTROLLER, unicast(request(3, 15, `0C${input} 1955 3E 4441B00000 3F 4911`)))
    .send(WORKSTATION, CONTROLLER, bvlc(0x01, 'C000020C BAC0 FFFF'))
    .send(CONTROLLER, WORKSTATION, bvlc(0x00, '0123'))
    .send(CONTROLLER, WORKSTATION, bvlc(0x00, ''))
    .send(CONTROLLER, WORKSTATION, unicast(`3C 03 00 02 0E 0C${input} 1E 2955 4E 4441B00000 4F`))
    .file();
}

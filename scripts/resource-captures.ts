// Captures by whoever wants the program to run out of memory or time: each fills one table, or leads into one long way,
// as fast as frames can. Made by rule, so that a count and a name say all of it.
import { closeSync, openSync, writeSync } from 'node:fs';
import { Random } from '../fuzz/random.ts';

const START_SECONDS = 1_700_000_000;
const FRAMES_PER_SECOND = 20_000;
const BUFFER_BYTES = 4 << 20;
const VICTIM = 0x0a00_0001;
const ATTACKER = 0x0a00_0002;
const BROADCAST = 0x0aff_ffff;
const SYN = 0x02;
const SYN_ACK = 0x12;
const ACK = 0x10;
const PUSH = 0x18;
const ETHERTYPE_IPV4 = 0x0800;
const PROTOCOL_TCP = 6;
const PROTOCOL_UDP = 17;
const PROTOCOL_GRE = 47;

export interface ResourceAttack {
  readonly name: string;
  readonly what: string;
  /** The protocol whose messages it means to send; absent: none. */
  readonly protocol?: string;
  /** Writes some `count` frames. */
  readonly write: (out: FrameWriter, count: number) => void;
}

/** Frames one behind the other into a pcap file. */
export class FrameWriter {
  readonly #file: number;
  readonly #buffer = Buffer.alloc(BUFFER_BYTES + 131_072);
  #filled = 24;
  frames = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'w');
    for (const [at, value] of [0xa1b2c3d4, 0x0004_0002, 0, 0, 262_144, 1].entries())
      this.#buffer.writeUInt32LE(value, at * 4);
  }

  frame(bytes: Uint8Array): void {
    const us = Math.floor((this.frames % FRAMES_PER_SECOND) * (1e6 / FRAMES_PER_SECOND));
    const seconds = START_SECONDS + Math.floor(this.frames / FRAMES_PER_SECOND);
    let at = this.#filled;
    for (const value of [seconds, us, bytes.length, bytes.length]) at = this.#buffer.writeUInt32LE(value, at);
    this.#buffer.set(bytes, at);
    this.#filled = at + bytes.length;
    this.frames++;
    if (this.#filled >= BUFFER_BYTES) this.#flush();
  }

  close(): void {
    this.#flush();
    closeSync(this.#file);
  }

  #flush(): void {
    writeSync(this.#file, this.#buffer, 0, this.#filled);
    this.#filled = 0;
  }
}

function ethernet(source: number, destination: number, type: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(14 + payload.length);
  frame.writeUIntBE(0x0200_0000_0000 + destination, 0, 6);
  frame.writeUIntBE(0x0200_0000_0000 + source, 6, 6);
  frame.writeUInt16BE(type, 12);
  frame.set(payload, 14);
  return frame;
}

function ipv4(
  source: number,
  destination: number,
  protocol: number,
  payload: Uint8Array,
  fragment = 0x4000,
  id = 0,
): Buffer {
  const packet = Buffer.alloc(20 + payload.length);
  packet.writeUInt32BE(0x4500_0000 + packet.length, 0);
  packet.writeUInt16BE(id, 4);
  packet.writeUInt16BE(fragment, 6);
  packet.writeUInt16BE(0x4000 + protocol, 8);
  packet.writeUInt32BE(source >>> 0, 12);
  packet.writeUInt32BE(destination >>> 0, 16);
  let sum = 0;
  for (let at = 0; at < 20; at += 2) sum += packet.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  packet.writeUInt16BE(~sum & 0xffff, 10);
  packet.set(payload, 20);
  return packet;
}

function udp(sourcePort: number, destinationPort: number, payload: Uint8Array): Buffer {
  const datagram = Buffer.alloc(8 + payload.length);
  datagram.writeUInt16BE(sourcePort, 0);
  datagram.writeUInt16BE(destinationPort, 2);
  datagram.writeUInt16BE(datagram.length, 4);
  datagram.set(payload, 8);
  return datagram;
}

function tcp(
  sourcePort: number,
  destinationPort: number,
  sequence: number,
  flags: number,
  payload: Uint8Array,
  acknowledgment = 1,
): Buffer {
  const segment = Buffer.alloc(20 + payload.length);
  segment.writeUInt16BE(sourcePort, 0);
  segment.writeUInt16BE(destinationPort, 2);
  segment.writeUInt32BE(sequence >>> 0, 4);
  segment.writeUInt32BE(acknowledgment >>> 0, 8);
  segment.writeUInt32BE(0x5000_ffff + flags * 65_536, 12);
  segment.set(payload, 20);
  return segment;
}

function frameOf(source: number, destination: number, protocol: number, payload: Uint8Array): Buffer {
  return ethernet(
    source & 0xff_ffff,
    destination & 0xff_ffff,
    ETHERTYPE_IPV4,
    ipv4(source, destination, protocol, payload),
  );
}

function udpFrame(source: number, destination: number, from: number, to: number, payload: Uint8Array): Buffer {
  return frameOf(source, destination, PROTOCOL_UDP, udp(from, to, payload));
}

/** A TCP connection whose both sides speak in turn. */
class Connection {
  readonly #out: FrameWriter;
  readonly #client: number;
  readonly #server: number;
  readonly #clientPort: number;
  readonly #port: number;
  #sent = 1;
  #answered = 1;

  constructor(out: FrameWriter, client: number, server: number, clientPort: number, port: number) {
    this.#out = out;
    this.#client = client;
    this.#server = server;
    this.#clientPort = clientPort;
    this.#port = port;
    this.#say(true, 0, 0, SYN, EMPTY);
    this.#say(false, 0, 1, SYN_ACK, EMPTY);
    this.#say(true, 1, 1, ACK, EMPTY);
  }

  ask(payload: Uint8Array): void {
    this.#say(true, this.#sent, this.#answered, PUSH, payload);
    this.#sent += payload.length;
  }

  answer(payload: Uint8Array): void {
    this.#say(false, this.#answered, this.#sent, PUSH, payload);
    this.#answered += payload.length;
  }

  #say(isClient: boolean, sequence: number, acknowledgment: number, flags: number, payload: Uint8Array): void {
    const ports = isClient ? ([this.#clientPort, this.#port] as const) : ([this.#port, this.#clientPort] as const);
    const [source, destination] = isClient ? [this.#client, this.#server] : [this.#server, this.#client];
    const segment = tcp(ports[0], ports[1], sequence, flags, payload, acknowledgment);
    this.#out.frame(frameOf(source, destination, PROTOCOL_TCP, segment));
  }
}

const EMPTY = new Uint8Array();
const SEGMENT_BYTES = 8192;
const HTTP2_BEGIN = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0', 'latin1');
const text = (value: string): Buffer => Buffer.from(value, 'latin1');
const bytes = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

function dnsQuery(id: number, name: string, isAnswer: boolean): Buffer {
  const labels = name.split('.').flatMap((label) => [Buffer.from([label.length]), text(label)]);
  const question = Buffer.concat([...labels, bytes('00 0001 0001')]);
  const head = Buffer.alloc(12);
  head.writeUInt16BE(id & 0xffff, 0);
  head.writeUInt16BE(isAnswer ? 0x8180 : 0x0100, 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(isAnswer ? 1 : 0, 6);
  return Buffer.concat([head, question, isAnswer ? bytes('c00c 0001 0001 0000003c 0004 0a090909') : EMPTY]);
}

function mqttPublish(topic: string): Buffer {
  const body = Buffer.concat([Buffer.from([topic.length >> 8, topic.length & 255]), text(topic), text('1')]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function modbus(transaction: number, unit: number, pdu: Buffer): Buffer {
  const head = Buffer.alloc(7);
  head.writeUInt16BE(transaction & 0xffff, 0);
  head.writeUInt16BE(pdu.length + 1, 4);
  head[6] = unit;
  return Buffer.concat([head, pdu]);
}

function dhcpRequest(index: number): Buffer {
  const message = Buffer.alloc(240);
  message.set([1, 1, 6, 0]);
  message.writeUInt32BE(index, 4);
  message.writeUIntBE(0x0200_0000_0000 + index, 28, 6);
  message.writeUInt32BE(0x6382_5363, 236);
  const name = text(`host-${index}`);
  return Buffer.concat([message, bytes('35 01 03 0c'), Buffer.from([name.length]), name, bytes('37 03 010306 ff')]);
}

function http2Head(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const frame = Buffer.alloc(9 + payload.length);
  frame.writeUIntBE(payload.length, 0, 3);
  frame[3] = type;
  frame[4] = flags;
  frame.writeUInt32BE(stream, 5);
  frame.set(payload, 9);
  return frame;
}

function nested(depth: number, inner: Buffer, wrap: (inner: Buffer) => Buffer): Buffer {
  let packet = inner;
  for (let level = 0; level < depth; level++) packet = wrap(packet);
  return packet;
}

function eachHost(write: (host: number, index: number) => Buffer): ResourceAttack['write'] {
  return (out, count) => {
    for (let index = 0; index < count; index++) out.frame(write(0x0b00_0000 + index, index));
  };
}

/** One connection, of which `ask` gives each request. */
function oneConnection(
  port: number,
  begin: readonly Buffer[],
  ask: (index: number) => Buffer,
): ResourceAttack['write'] {
  return (out, count) => {
    const connection = new Connection(out, ATTACKER, VICTIM, 40_000, port);
    for (const [index, message] of begin.entries())
      if (index % 2 === 0) connection.ask(message);
      else connection.answer(message);
    for (let index = 0; index < count; index++) connection.ask(ask(index));
  };
}

/** One connection to each server: opened, asked once, answered. */
function eachServer(port: number, ask: Buffer, answer: Buffer): ResourceAttack['write'] {
  return (out, count) => {
    for (let index = 0; index < count / 5; index++) {
      const connection = new Connection(out, ATTACKER, 0x0b00_0000 + index, 40_000 + (index % 20_000), port);
      connection.ask(ask);
      connection.answer(answer);
    }
  };
}

/** Connections that each ask much at once and wait for ever. */
function eachWaits(port: number, asked: Buffer): ResourceAttack['write'] {
  return (out, count) => {
    for (let index = 0; index < count / 40; index++) {
      const connection = new Connection(out, 0x0b00_0000 + (index >>> 8), VICTIM, 40_000 + (index & 255), port);
      for (let at = 0; at < asked.length; at += SEGMENT_BYTES) connection.ask(asked.subarray(at, at + SEGMENT_BYTES));
    }
  };
}

export const RESOURCE_ATTACKS: readonly ResourceAttack[] = [
  {
    name: 'syn-flood',
    what: 'connections asked for from random addresses',
    write: (out, count) => {
      const random = new Random(1);
      for (let index = 0; index < count; index++)
        out.frame(
          frameOf(random.next(), VICTIM, PROTOCOL_TCP, tcp(random.next() & 0xffff, 502, random.next(), SYN, EMPTY)),
        );
    },
  },
  {
    name: 'hosts',
    what: 'a host more with every frame',
    write: eachHost((host, index) => udpFrame(host, VICTIM, 1024 + (index % 60_000), 9, text('x'))),
  },
  {
    name: 'arp',
    what: 'an address bound to another card with every frame',
    write: (out, count) => {
      const random = new Random(2);
      for (let index = 0; index < count; index++) {
        const arp = Buffer.alloc(28);
        arp.writeUInt32BE(0x0001_0800, 0);
        arp.writeUInt32BE(0x0604_0002, 4);
        arp.writeUIntBE(0x0200_0000_0000 + (random.next() & 0xff_ffff), 8, 6);
        arp.writeUInt32BE(0x0a00_0000 + (random.next() & 0xffff), 14);
        arp.writeUInt32BE(VICTIM, 24);
        out.frame(ethernet(random.next() & 0xff_ffff, 0xff_ffff, 0x0806, arp));
      }
    },
  },
  {
    name: 'dns-names',
    protocol: 'dns',
    what: 'another name with every question, answered',
    write: (out, count) => {
      for (let index = 0; index < count / 2; index++) {
        const name = `host-${index}.plant-${index % 977}.example`;
        out.frame(udpFrame(ATTACKER, VICTIM, 1024 + (index % 60_000), 53, dnsQuery(index, name, false)));
        out.frame(udpFrame(VICTIM, ATTACKER, 53, 1024 + (index % 60_000), dnsQuery(index, name, true)));
      }
    },
  },
  {
    name: 'mqtt-topics',
    protocol: 'mqtt',
    what: 'another topic with every message of one client',
    write: oneConnection(
      1883,
      [bytes('10 11 0004 4d515454 04 02 003c 0005 6131323334'), bytes('20 02 00 00')],
      (index) => mqttPublish(`plant/line-${index % 313}/sensor-${index}`),
    ),
  },
  {
    name: 'mqtt-clients',
    protocol: 'mqtt',
    what: 'a client more with every connection to one broker',
    write: (out, count) => {
      for (let index = 0; index < count / 6; index++) {
        const connection = new Connection(out, 0x0b00_0000 + index, VICTIM, 40_000, 1883);
        const id = text(`c${String(index).padStart(9, '0')}`);
        connection.ask(Buffer.concat([bytes('10 16 0004 4d515454 04 02 003c 000a'), id]));
        connection.answer(bytes('20 02 00 00'));
        connection.ask(mqttPublish(`plant/${index}/firmware`));
      }
    },
  },
  {
    name: 'bacnet-devices',
    protocol: 'bacnet',
    what: 'a BACnet device more with every I-Am',
    write: eachHost((host, index) => {
      const iAm = bytes('810b 0018 0120 ffff 00ff 1000 c4 02000000 22 0578 91 00 21 0f');
      iAm.writeUInt32BE(0x0200_0000 + (index & 0x3f_ffff), 13);
      return udpFrame(host, BROADCAST, 47_808, 47_808, iAm.subarray(0, 24));
    }),
  },
  {
    name: 'logins',
    protocol: 'http',
    what: 'another name and password with every request of HTTP, refused',
    write: (out, count) => {
      const connection = new Connection(out, ATTACKER, VICTIM, 40_000, 80);
      const refusal = text(
        'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n',
      );
      for (let index = 0; index < count / 2; index++) {
        const secret = Buffer.from(`user${index}:pass${index}`).toString('base64');
        connection.ask(text(`GET / HTTP/1.1\r\nHost: plc\r\nAuthorization: Basic ${secret}\r\n\r\n`));
        connection.answer(refusal);
      }
    },
  },
  {
    name: 'login-servers',
    protocol: 'http',
    what: 'a default password of HTTP, taken by another server every time',
    write: eachServer(
      80,
      text('GET / HTTP/1.1\r\nHost: plc\r\nAuthorization: Basic YWRtaW46YWRtaW4=\r\n\r\n'),
      text('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'),
    ),
  },
  {
    name: 'alerts',
    protocol: 'modbus',
    what: 'another controller told to restart (Modbus 8/1) every time: an alert each',
    write: eachServer(502, modbus(1, 1, bytes('08 0001 0000')), modbus(1, 1, bytes('08 0001 0000'))),
  },
  {
    name: 'modbus-points',
    protocol: 'modbus',
    what: 'another register of another unit written with every frame',
    write: oneConnection(502, [], (index) => {
      const pdu = Buffer.alloc(5);
      pdu[0] = 6;
      pdu.writeUInt16BE((index * 7919) & 0xffff, 1);
      pdu.writeUInt16BE(index & 0xffff, 3);
      return modbus(index, 1 + (index >>> 16), pdu);
    }),
  },
  {
    name: 'iec104-points',
    protocol: 'iec104',
    what: 'another object commanded with every frame of IEC 104',
    write: oneConnection(2404, [bytes('68 04 07 00 00 00'), bytes('68 04 0b 00 00 00')], (index) => {
      const asdu = bytes('68 0e 0000 0000 2d 01 06 00 0100 000000 01');
      asdu.writeUInt16LE((index << 1) & 0xfffe, 2);
      asdu.writeUIntLE(index & 0xff_ffff, 12, 3);
      return asdu;
    }),
  },
  {
    name: 'http-hosts',
    protocol: 'http',
    what: 'another host name and program with every request of HTTP',
    write: oneConnection(80, [], (index) =>
      text(`GET /p${index} HTTP/1.1\r\nHost: host-${index}.example\r\nUser-Agent: agent ${index}\r\n\r\n`),
    ),
  },
  {
    name: 'snmp-communities',
    protocol: 'snmp',
    what: 'another community with every question of SNMP',
    write: (out, count) => {
      for (let index = 0; index < count; index++) {
        const community = text(`c${String(index).padStart(7, '0')}`);
        const question = Buffer.concat([
          bytes('30 2a 02 01 01 04 08'),
          community,
          bytes('a0 1b 02 04 00000001 02 01 00 02 01 00 30 0d 30 0b 06 07 2b060102010101 05 00'),
        ]);
        question[1] = question.length - 2;
        out.frame(udpFrame(ATTACKER, VICTIM, 1024 + (index % 60_000), 161, question));
      }
    },
  },
  {
    name: 'dhcp-clients',
    protocol: 'dhcp',
    what: 'a client more with every request of DHCP',
    write: (out, count) => {
      for (let index = 0; index < count; index++)
        out.frame(
          ethernet(index, 0xff_ffff, ETHERTYPE_IPV4, ipv4(0, 0xffff_ffff, 17, udp(68, 67, dhcpRequest(index)))),
        );
    },
  },
  {
    name: 'vlan-depth',
    what: '300 VLAN tags in every frame',
    write: (out, count) => {
      const inner = ipv4(ATTACKER, VICTIM, PROTOCOL_UDP, udp(1, 9, EMPTY));
      const tagged = Buffer.concat([...Array<Buffer>(299).fill(bytes('0001 8100')), bytes('0001 0800'), inner]);
      for (let index = 0; index < count / 4; index++) out.frame(ethernet(1, 2, 0x8100, tagged));
    },
  },
  {
    name: 'vlan-numbers',
    what: 'another pair of VLAN numbers with every frame: another segment each',
    write: (out, count) => {
      const inner = ipv4(ATTACKER, VICTIM, PROTOCOL_UDP, udp(1, 9, EMPTY));
      for (let index = 0; index < count; index++) {
        const tags = Buffer.alloc(8);
        tags.writeUInt16BE(index & 0xfff, 0);
        tags.writeUInt16BE(0x8100, 2);
        tags.writeUInt16BE((index >>> 12) & 0xfff, 4);
        tags.writeUInt16BE(ETHERTYPE_IPV4, 6);
        out.frame(ethernet(1, 2, 0x88a8, Buffer.concat([tags, inner])));
      }
    },
  },
  {
    name: 'tunnel-depth',
    what: '50 tunnels (GRE) in each other in every frame',
    write: (out, count) => {
      const inner = ipv4(ATTACKER, VICTIM, PROTOCOL_UDP, udp(1, 9, EMPTY));
      const packet = nested(50, inner, (each) =>
        ipv4(ATTACKER, VICTIM, PROTOCOL_GRE, Buffer.concat([bytes('0000 0800'), each])),
      );
      for (let index = 0; index < count / 4; index++) out.frame(ethernet(1, 2, ETHERTYPE_IPV4, packet));
    },
  },
  {
    name: 'out-of-order',
    what: 'one connection, every second byte of it, the last one first: a hole each',
    write: (out, count) => {
      new Connection(out, ATTACKER, VICTIM, 40_000, 502);
      for (let index = count; index > 0; index--)
        out.frame(frameOf(ATTACKER, VICTIM, PROTOCOL_TCP, tcp(40_000, 502, 1 + index * 2, PUSH, text('x'))));
    },
  },
  {
    name: 'single-bytes',
    protocol: 'modbus',
    what: 'one connection of Modbus, one byte with every frame',
    write: (out, count) => {
      const connection = new Connection(out, ATTACKER, VICTIM, 40_000, 502);
      const request = modbus(1, 1, bytes('03 0000 000a'));
      for (let index = 0; index < count; index++) {
        const at = index % request.length;
        connection.ask(request.subarray(at, at + 1));
      }
    },
  },
  {
    name: 'fragments',
    what: 'the first fragment of another datagram with every frame',
    write: (out, count) => {
      const random = new Random(3);
      const payload = udp(1024, 9, Buffer.alloc(1000));
      for (let index = 0; index < count; index++)
        out.frame(ethernet(2, 1, ETHERTYPE_IPV4, ipv4(random.next(), VICTIM, 17, payload, 0x2000, index & 0xffff)));
    },
  },
  {
    name: 'fragment-pieces',
    what: 'eight bytes of one datagram with every frame, every second piece of it',
    write: (out, count) => {
      for (let index = 0; index < count; index++) {
        const offset = (4090 - ((index * 2) % 4090)) | 0x2000;
        out.frame(ethernet(2, 1, ETHERTYPE_IPV4, ipv4(ATTACKER, VICTIM, 17, Buffer.alloc(8), offset, index >>> 11)));
      }
    },
  },
  {
    name: 'http2-continuations',
    protocol: 'http',
    what: 'one head of HTTP/2 that never ends',
    write: oneConnection(
      80,
      [Buffer.concat([text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Head(4, 0, 0, EMPTY), http2Head(1, 0, 1, EMPTY)])],
      () => http2Head(9, 0, 1, Buffer.alloc(64, 0x82)),
    ),
  },
  {
    name: 'http2-table',
    protocol: 'http',
    what: 'heads of HTTP/2 that name a long entry of the table again and again',
    write: (out, count) => {
      const connection = new Connection(out, ATTACKER, VICTIM, 40_000, 80);
      const long = Buffer.concat([bytes('40 01 78 7f a1 1e'), Buffer.alloc(4000, 0x61)]);
      connection.ask(Buffer.concat([text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), http2Head(4, 0, 0, EMPTY)]));
      connection.ask(http2Head(1, 4, 1, Buffer.concat([bytes('82 84 86'), long])));
      for (let index = 0; index < count; index++)
        connection.ask(http2Head(1, 4, 3 + index * 2, Buffer.concat([bytes('82 84 86'), Buffer.alloc(1000, 0xbe)])));
    },
  },
  {
    name: 'http2-tables',
    protocol: 'http',
    what: 'connections of HTTP/2, each with a table of 2,000 empty entries',
    write: eachWaits(
      80,
      Buffer.concat([
        HTTP2_BEGIN,
        http2Head(
          1,
          4,
          1,
          Buffer.concat([bytes('3fe1ff03 82 84 86'), ...Array<Buffer>(2000).fill(bytes('40 01 78 00'))]),
        ),
      ]),
    ),
  },
  {
    name: 'http2-streams',
    protocol: 'http',
    what: 'connections of HTTP/2, each with 256 requests that nobody answers',
    write: eachWaits(
      80,
      Buffer.concat([
        HTTP2_BEGIN,
        ...Array.from({ length: 256 }, (_, index) => http2Head(1, 4, 1 + index * 2, bytes('82 84 86 41 01 78'))),
      ]),
    ),
  },
  {
    name: 'http-waiting',
    protocol: 'http',
    what: 'connections of HTTP, each with 256 requests that nobody answers',
    write: eachWaits(80, text('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(256))),
  },
  {
    name: 'modbus-waiting',
    protocol: 'modbus',
    what: 'connections of Modbus, each with 256 requests that nobody answers',
    write: eachWaits(
      502,
      Buffer.concat(Array.from({ length: 256 }, (_, index) => modbus(index, 1 + (index & 63), bytes('03 0000 000a')))),
    ),
  },
  {
    name: 'beginnings',
    what: 'connections of Modbus, each with half of a message',
    write: eachWaits(502, modbus(1, 1, bytes('10 0000 0078 f0')).subarray(0, 12)),
  },
  {
    name: 'large-beginnings',
    what: 'connections of HTTP, each with a head that does not end',
    write: eachWaits(80, text(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(7000)}`)),
  },
  {
    name: 'held-segments',
    what: 'connections that each hold a segment behind a hole',
    write: (out, count) => {
      for (let index = 0; index < count / 6; index++) {
        const client = 0x0b00_0000 + (index >>> 8);
        const port = 40_000 + (index & 255);
        new Connection(out, client, VICTIM, port, 502);
        for (const at of [1000, 2000, 3000])
          out.frame(frameOf(client, VICTIM, PROTOCOL_TCP, tcp(port, 502, at, PUSH, Buffer.alloc(200))));
      }
    },
  },
];

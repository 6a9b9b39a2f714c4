// Builds the captures of samples/links byte for byte: the same two conversations on every link that is opened, and in
// every tunnel whose own conversation is kept.
import { pcap } from '../src/capture/built-captures.ts';
import { LinkType } from '../src/capture/frames.ts';
import { internetChecksum } from '../src/bytes/checksum.ts';
import { u16be } from '../src/bytes/endian.ts';
import { big16, big32, ethernet, hexBytes, ipv4, join, udp } from '../src/packet/sample-frames.ts';
import { TcpExample, UdpExample, type Endpoint } from '../src/protocols/example-conversation.ts';

/** One packet of the conversations, and which way it goes. */
export interface Carried {
  readonly packet: Uint8Array;
  readonly fromClient: boolean;
  /** From 0. */
  readonly number: number;
}

interface LinkCapture {
  readonly name: string;
  readonly linkType: number;
  /** tshark 4.0 knows the link type. */
  readonly isKnownToTshark: boolean;
  readonly conversation: 'ipv4' | 'ipv6';
  /** Frames of one packet, or of all of them. */
  readonly frames: (packets: readonly Carried[]) => Uint8Array[];
}

const FIRST_SECOND = 1_767_225_600;
const STEP_US = 2500;
const PCAP_HEADER_SIZE = 24;
const RECORD_HEADER_SIZE = 16;
const ETHERNET_SIZE = 14;
const UDP_PROTOCOL = 17;
const GRE_PROTOCOL = 47;

const CLIENT: Endpoint = { mac: 0x10, ip: 10, port: 40_000 };
const SERVER: Endpoint = { mac: 0x20, ip: 20, port: 53 };
const CLIENT_MAC = hexBytes('02 00 00 00 00 10');
const SERVER_MAC = hexBytes('02 00 00 00 00 20');
const ACCESS_POINT = hexBytes('02 00 00 00 00 fe');
const SECOND_ACCESS_POINT = hexBytes('02 00 00 00 00 fd');

const QUESTION = hexBytes('04 70756d70 07 6578616d706c65 00 0001 0001');
const QUERY = join(hexBytes('1234 0100 0001 0000 0000 0000'), QUESTION);
const ANSWER = join(
  hexBytes('1234 8180 0001 0001 0000 0000'),
  QUESTION,
  hexBytes('c00c 0001 0001 0000003c 0004 c0000214'),
);
const READ_REQUEST = hexBytes('0001 0000 0006 01 03 0000 0002');
const READ_ANSWER = hexBytes('0001 0000 0007 01 03 04 000a 0102');

/** A name asked for, and registers read: packets without a link. */
function ipv4Conversation(): Carried[] {
  const names = new UdpExample().send(CLIENT, SERVER, QUERY).send(SERVER, CLIENT, ANSWER);
  const registers = new TcpExample({ ...CLIENT, port: 40_001 }, { ...SERVER, port: 502 });
  registers.send(true, READ_REQUEST).send(false, READ_ANSWER);
  return [...packetsOf(names.file()), ...packetsOf(registers.file())].map((packet, number) => ({
    packet,
    fromClient: packet[15] === CLIENT.ip,
    number,
  }));
}

function packetsOf(file: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  const view = new DataView(file.buffer);
  for (let at = PCAP_HEADER_SIZE; at < file.length;) {
    const start = at + RECORD_HEADER_SIZE + ETHERNET_SIZE;
    packets.push(file.slice(start, start + u16be(file, start + 2)));
    at += RECORD_HEADER_SIZE + view.getUint32(at + 8);
  }
  return packets;
}

/** The client has a Teredo address: its server 198.51.100.1, and 192.0.2.10 and port 40000 with all bits turned. */
const CLIENT_IPV6 = hexBytes('20010000 c6336401 0000 63bf 3ffffdf5');
const SERVER_IPV6 = hexBytes('20010db8 00000000 00000000 00000014');

function ipv6Conversation(): Carried[] {
  return [QUERY, ANSWER].map((payload, number) => {
    const fromClient = number === 0;
    const [source, target] = fromClient ? [CLIENT_IPV6, SERVER_IPV6] : [SERVER_IPV6, CLIENT_IPV6];
    const ports = fromClient ? [40_000, 53] : [53, 40_000];
    const length = 8 + payload.length;
    const datagram = join(big16(ports[0]!), big16(ports[1]!), big16(length), big16(0), payload);
    const pseudo = join(source, target, big32(length), big32(UDP_PROTOCOL), datagram);
    datagram.set(big16(internetChecksum(pseudo, 0, pseudo.length)), 6);
    const packet = join(hexBytes('60000000'), big16(length), Uint8Array.of(UDP_PROTOCOL, 64), source, target, datagram);
    return { packet, fromClient, number };
  });
}

/** In front of every packet the same bytes. */
function behind(header: string): (packets: readonly Carried[]) => Uint8Array[] {
  return (packets) => packets.map(({ packet }) => join(hexBytes(header), packet));
}

function each(frame: (carried: Carried) => Uint8Array): (packets: readonly Carried[]) => Uint8Array[] {
  return (packets) => packets.map(frame);
}

function onEthernet({ packet, fromClient }: Carried): Uint8Array {
  const macs = fromClient ? [SERVER_MAC, CLIENT_MAC] : [CLIENT_MAC, SERVER_MAC];
  return join(...macs, big16(0x0800), packet);
}

/** The MAC addresses of a frame of Ethernet, what stands between them and the type, and the rest. */
function tagged(tag: string): (carried: Carried) => Uint8Array {
  return (carried) => {
    const frame = onEthernet(carried);
    return join(frame.subarray(0, 12), hexBytes(tag), frame.subarray(12));
  };
}

const SNAP_IPV4 = hexBytes('aaaa03 000000 0800');

/** `direction`: what of the distribution system there is; the addresses are in the order that goes with it. */
function wireless(
  kind: string,
  direction: number,
  addresses: readonly Uint8Array[],
  behindHeader: Uint8Array,
): Uint8Array {
  const [first, second, third, fourth] = addresses;
  return join(
    hexBytes(kind),
    Uint8Array.of(direction, 0, 0),
    first!,
    second!,
    third!,
    hexBytes('1000'),
    fourth ?? new Uint8Array(0),
    behindHeader,
  );
}

/** Up to the access point, and down from it: what a client of a plant's wireless network sends and gets. */
function station({ packet, fromClient }: Carried): Uint8Array {
  const content = join(SNAP_IPV4, packet);
  return fromClient
    ? wireless('08', 1, [ACCESS_POINT, CLIENT_MAC, SERVER_MAC], content)
    : wireless('08', 2, [CLIENT_MAC, ACCESS_POINT, SERVER_MAC], content);
}

/** Between two access points, with quality of service: four addresses. */
function bridged({ packet, fromClient }: Carried): Uint8Array {
  const [target, source] = fromClient ? [SERVER_MAC, CLIENT_MAC] : [CLIENT_MAC, SERVER_MAC];
  const ends = fromClient ? [ACCESS_POINT, SECOND_ACCESS_POINT] : [SECOND_ACCESS_POINT, ACCESS_POINT];
  return wireless('88', 3, [...ends, target, source], join(hexBytes('0000'), SNAP_IPV4, packet));
}

/** What goes the same way one after the other is sent in one frame. */
function aggregated(packets: readonly Carried[]): Uint8Array[] {
  const runs: Carried[][] = [];
  for (const carried of packets) {
    const last = runs.at(-1);
    if (last?.[0]?.fromClient === carried.fromClient) last.push(carried);
    else runs.push([carried]);
  }
  return runs.map((run) => {
    const { fromClient } = run[0]!;
    const [target, source] = fromClient ? [SERVER_MAC, CLIENT_MAC] : [CLIENT_MAC, SERVER_MAC];
    const subframes = run.map(({ packet }, index) => {
      const size = SNAP_IPV4.length + packet.length;
      const padding = index === run.length - 1 ? 0 : -(14 + size) & 3;
      return join(target, source, big16(size), SNAP_IPV4, packet, new Uint8Array(padding));
    });
    const ends = fromClient ? [ACCESS_POINT, CLIENT_MAC] : [CLIENT_MAC, ACCESS_POINT];
    return wireless('88', fromClient ? 1 : 2, [...ends, ACCESS_POINT], join(hexBytes('8000'), ...subframes));
  });
}

/** Encrypted with CCMP: its header, then what nobody can read. */
function sealed({ packet, fromClient, number }: Carried): Uint8Array {
  const content = join(
    Uint8Array.of(number + 1),
    hexBytes('00 00 20 00 00 00 00'),
    packet.map((byte) => byte ^ 0xa5),
  );
  return fromClient
    ? wireless('08', 0x41, [ACCESS_POINT, CLIENT_MAC, SERVER_MAC], content)
    : wireless('08', 0x42, [CLIENT_MAC, ACCESS_POINT, SERVER_MAC], content);
}

const NEAR = Uint8Array.of(198, 51, 100, 7);
const FAR = Uint8Array.of(203, 0, 113, 9);

/** From one end of the tunnel to the other. */
function between({ fromClient, number }: Carried, protocol: number, content: Uint8Array): Uint8Array {
  const [source, destination] = fromClient ? [NEAR, FAR] : [FAR, NEAR];
  const packet = ipv4({ protocol, source, destination, id: 0x4000 + number }, content);
  packet.set(big16(internetChecksum(packet, 0, 20)), 10);
  return ethernet(0x0800, packet);
}

/** `port`: of the far end. */
function inDatagram(carried: Carried, port: number, nearPort: number, content: Uint8Array): Uint8Array {
  const [source, target] = carried.fromClient ? [nearPort, port] : [port, nearPort];
  const datagram = udp(content, target, content.length + 8, source);
  // Over IPv4 a datagram may go without.
  datagram.set([0, 0], 6);
  return between(carried, UDP_PROTOCOL, datagram);
}

function gtp(carried: Carried): Uint8Array {
  const { packet, number } = carried;
  // With a number, and every other time behind the header of a 5G session's container.
  const optional =
    number % 2 === 0 ? join(big16(number), hexBytes('00 00')) : join(big16(number), hexBytes('00 85 01 0009 00'));
  const header = join(Uint8Array.of(number % 2 === 0 ? 0x32 : 0x36, 0xff), big16(optional.length + packet.length));
  return inDatagram(carried, 2152, 2152, join(header, hexBytes('00000007'), optional, packet));
}

function teredo(carried: Carried): Uint8Array {
  const origin = hexBytes('0000 63bf 3ffffdf5');
  const authentication = join(hexBytes('0001 00 00'), counted(8), hexBytes('00'));
  const front = carried.fromClient ? authentication : join(authentication, origin);
  return inDatagram(carried, 3544, 40_000, join(front, carried.packet));
}

function ayiya(carried: Carried): Uint8Array {
  // An address as the name, a signature with SHA-1 by a shared secret.
  const header = join(hexBytes('41 52 11 29'), big32(FIRST_SECOND), SERVER_IPV6, counted(20));
  return inDatagram(carried, 5072, 40_000, join(header, carried.packet));
}

function pptp(carried: Carried): Uint8Array {
  const { packet, number } = carried;
  const ppp = join(hexBytes(number % 2 === 0 ? 'ff03 0021' : '21'), packet);
  return between(carried, GRE_PROTOCOL, join(hexBytes('3001 880b'), big16(ppp.length), big16(5), big32(number), ppp));
}

function counted(count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => index + 1);
}

/** Radiotap with a time and flags; the frame ends in a check sequence. */
const RADIOTAP = hexBytes('0000 1100 03000000 0000000000000000 10');

export const LINK_CAPTURES: readonly LinkCapture[] = [
  link('cisco-hdlc', LinkType.ciscoHdlc, behind('0f00 0800')),
  link('ppp', LinkType.ppp, behind('ff03 0021')),
  link('ppp-without-framing', LinkType.pppHdlc, behind('21')),
  link(
    'pppoe',
    LinkType.pppoe,
    each(({ packet }) => join(hexBytes('1100 0001'), big16(packet.length + 2), hexBytes('0021'), packet)),
  ),
  link('frame-relay', LinkType.frameRelay, behind('1841 03 cc')),
  link(
    'slip',
    LinkType.slip,
    each(({ packet, fromClient }) => join(Uint8Array.of(fromClient ? 1 : 0), new Uint8Array(15), packet)),
    false,
  ),
  link('arcnet', LinkType.arcnetLinux, behind('1020 0000 d4 00 0001')),
  link('arcnet-bsd', LinkType.arcnet, behind('1020 d4 00 0001'), false),
  link(
    'infiniband',
    LinkType.infiniband,
    each(({ packet }) => join(new Uint8Array(40), hexBytes('0800 0000'), packet)),
  ),
  link('wireless', LinkType.wireless, each(station)),
  link('wireless-bridge', LinkType.wireless, each(bridged)),
  link('wireless-aggregate', LinkType.wireless, aggregated),
  link('wireless-protected', LinkType.wireless, each(sealed)),
  link(
    'radiotap',
    LinkType.radiotap,
    each((carried) => withCheckSequence(RADIOTAP, station(carried))),
  ),
  link(
    'prism',
    LinkType.prism,
    each((carried) => join(hexBytes('44000000 90000000'), new Uint8Array(136), station(carried))),
  ),
  link(
    'avs',
    LinkType.avs,
    each((carried) => join(hexBytes('80211001 00000040'), new Uint8Array(56), station(carried))),
  ),
  link(
    'pktap',
    LinkType.pktap,
    each((carried) => join(pktapHeader(), onEthernet(carried))),
  ),
  link('atm', LinkType.sunAtm, behind('02 00 0020 aaaa03 000000 0800')),
  link('dsa', LinkType.dsa, each(tagged('c00a0000')), false),
  link('edsa', LinkType.edsa, each(tagged('dada0000 e00a0007')), false),
  link('broadcom', LinkType.broadcomTag, each(tagged('20000001')), false),
  link('ipnet', LinkType.ipnet, each(ipnet)),
  link(
    'nflog',
    LinkType.nflog,
    each(({ packet }) => join(hexBytes('02 00 0014 0800 0100 0800 0100'), nflogPayload(packet))),
  ),
  link('erf', LinkType.erf, each(erf)),
  link('tunnel-pptp', LinkType.ethernet, each(pptp)),
  link(
    'tunnel-access-point',
    LinkType.ethernet,
    each((carried) => between(carried, GRE_PROTOCOL, join(hexBytes('0000 8240'), station(carried)))),
  ),
  link('tunnel-gtp', LinkType.ethernet, each(gtp)),
  { ...link('tunnel-teredo', LinkType.ethernet, each(teredo)), conversation: 'ipv6' },
  { ...link('tunnel-ayiya', LinkType.ethernet, each(ayiya)), conversation: 'ipv6' },
];

function link(name: string, linkType: number, frames: LinkCapture['frames'], isKnownToTshark = true): LinkCapture {
  return { name, linkType, isKnownToTshark, conversation: 'ipv4', frames };
}

/** The one that ends frames of Ethernet and of wireless networks (IEEE 802.3, 3.2.9). */
function checkSequence(bytes: Uint8Array): Uint8Array {
  let sum = ~0;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = (sum & 1) !== 0 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  const value = ~sum;
  return Uint8Array.of(value, value >> 8, value >> 16, value >> 24);
}

function withCheckSequence(front: Uint8Array, frame: Uint8Array): Uint8Array {
  return join(front, frame, checkSequence(frame));
}

function pktapHeader(): Uint8Array {
  const header = new Uint8Array(108);
  header.set([108, 0, 0, 0, 1, 0, 0, 0, LinkType.ethernet, 0, 0, 0], 0);
  header.set(new TextEncoder().encode('en0'), 12);
  return header;
}

/** Came in, on the second interface, for the shared zone. */
function ipnet({ packet }: Carried): Uint8Array {
  const interfaces = hexBytes('00000002 00000000 ffffffff 00000000');
  return join(hexBytes('0102 0000'), big32(packet.length), interfaces, packet);
}

function nflogPayload(packet: Uint8Array): Uint8Array {
  const size = packet.length + 4;
  return join(Uint8Array.of(size & 0xff, size >> 8, 9, 0), packet, new Uint8Array(-size & 3));
}

function erf(carried: Carried): Uint8Array {
  const frame = onEthernet(carried);
  const whole = withCheckSequence(new Uint8Array(2), frame);
  const recordSize = 16 + whole.length;
  const time = join(big32(0), hexBytes('00405569').toReversed());
  return join(time, hexBytes('02 04'), big16(recordSize), big16(0), big16(frame.length + 4), whole);
}

/** Names and bytes of all files. */
export function linkCaptures(): ReadonlyMap<string, Uint8Array> {
  const conversations = { ipv4: ipv4Conversation(), ipv6: ipv6Conversation() };
  return new Map(
    LINK_CAPTURES.map(({ name, linkType, conversation, frames }) => {
      const records = frames(conversations[conversation]).map((bytes, index) => ({
        seconds: FIRST_SECOND,
        fraction: index * STEP_US,
        bytes,
      }));
      return [`${name}.pcap`, pcap(records, { linkType })];
    }),
  );
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame } from './decode.ts';
import { PACKET_PROBLEMS, Packet } from './packet.ts';
import { big16, counting, ethernet, hexBytes, ipv4, ipv6, join, tcp, udp } from './sample-frames.ts';

const PAYLOAD = [...counting(5)];

function decode(linkType: number, frame: Uint8Array, originalLength = frame.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame, 0, frame.length, originalLength, linkType);
  return packet;
}

function problems(packet: Packet): string[] {
  return Array.from(packet.problem.subarray(0, packet.problemCount), (index) => {
    const { layer, rule } = PACKET_PROBLEMS[index]!;
    return `${layer}/${rule}`;
  });
}

const four = ipv4({ protocol: 6, id: 0x0777 }, tcp({}, counting(5)));
const six = ipv6(17, udp(counting(5)));

/** The whole packet was read, in no tunnel. */
function assertFour(packet: Packet, name = ''): void {
  assert.deepEqual(problems(packet), [], name);
  assert.deepEqual(
    [packet.ipVersion, packet.ipId, packet.destinationPort, packet.tunnelDepth],
    [4, 0x0777, 502, 0],
    name,
  );
  assert.deepEqual([...packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)], PAYLOAD, name);
  assert.equal(packet.ipStart, packet.linkPayloadStart, name);
}

function assertSix(packet: Packet, name = ''): void {
  assert.deepEqual([packet.ipVersion, packet.hasTransport, problems(packet)], [6, true, []], name);
  assert.deepEqual([...packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)], PAYLOAD, name);
}

function assertNothing(packet: Packet, name = ''): void {
  assert.deepEqual([packet.ipVersion, packet.hasMac, problems(packet)], [0, false, []], name);
}

test('serial lines show the packet behind PPP, with and without its framing, and behind the framing of Cisco', () => {
  for (const front of ['ff03 0021', 'ff03 21', '0021', '21']) {
    assertFour(decode(LinkType.ppp, join(hexBytes(front), four)), front);
    assertFour(decode(LinkType.pppHdlc, join(hexBytes(front), four)), front);
  }
  for (const front of ['0f00 0800', '8f00 0800']) {
    assertFour(decode(LinkType.pppHdlc, join(hexBytes(front), four)), front);
    assertFour(decode(LinkType.ciscoHdlc, join(hexBytes(front), four)), front);
  }
  assertSix(decode(LinkType.ppp, join(hexBytes('ff03 0057'), six)));
  assertSix(decode(LinkType.ciscoHdlc, join(hexBytes('0f00 86dd'), six)));
  assert.equal(decode(LinkType.ppp, join(hexBytes('ff03 0281 00064140'), four)).ipId, 0x0777);
});

test('a direction in front of PPP, or in place of its address, is stepped over', () => {
  assertFour(decode(LinkType.pppDirection, join(hexBytes('0003 0021'), four)));
  assertFour(decode(LinkType.pppWithDirection, join(hexBytes('01 ff03 0021'), four)));
  assertFour(decode(LinkType.pppWithDirection, join(hexBytes('00 0021'), four)));
});

test('of PPP what is encrypted, compressed or negotiated stays shut', () => {
  for (const front of ['ff03 00fd', 'ff03 c021', 'ff03 8021', '002d']) {
    assertNothing(decode(LinkType.ppp, join(hexBytes(front), four)), front);
  }
  assertFour(decode(LinkType.pppoe, join(hexBytes('1100 0001'), big16(four.length + 2), hexBytes('0021'), four)));
});

test('frame relay shows the packet behind addresses of two to four bytes, by its number, by SNAP and by an EtherType', () => {
  for (const address of ['1841', '184080', '18408041']) {
    const isOfTwo = address.length === 4;
    const whole = isOfTwo ? address : `${address.slice(0, -2)}01`;
    assertFour(decode(LinkType.frameRelay, join(hexBytes(`${whole} 03 cc`), four)), address);
    assertSix(decode(LinkType.frameRelay, join(hexBytes(`${whole} 03 8e`), six)), address);
    assertFour(decode(LinkType.frameRelay, join(hexBytes(`${whole} 0800`), four)), address);
    assertFour(decode(LinkType.frameRelay, join(hexBytes(`${whole} 03 00 80 000000 0800`), four)), address);
  }
  const bridged = decode(LinkType.frameRelay, join(hexBytes('1841 03 00 80 0080c2 0007'), ethernet(0x0800, four)));
  assertFour(bridged);
  assert.deepEqual([bridged.hasMac, bridged.sourceMacLow], [true, 0x5e100002]);
  assertFour(decode(LinkType.multilinkFrameRelay, join(hexBytes('c001 1841 03 cc'), four)));
  // Pieces of a frame, and the bundle's own words.
  for (const front of ['8001', '4001', 'e000']) {
    assertNothing(decode(LinkType.multilinkFrameRelay, join(hexBytes(`${front} 1841 03 cc`), four)), front);
  }
  assertNothing(decode(LinkType.frameRelay, join(hexBytes('1840 4040 40 03 cc'), four)));
});

test('ARCnet shows whole datagrams as both ways of capturing have them, but no pieces', () => {
  assertFour(decode(LinkType.arcnetLinux, join(hexBytes('1020 0000 d4 00 0001'), four)));
  assertFour(decode(LinkType.arcnet, join(hexBytes('1020 d4 00 0001'), four)));
  assertFour(decode(LinkType.arcnet, join(hexBytes('1020 d4 ff ffff d4 00 0001'), four)));
  assertSix(decode(LinkType.arcnet, join(hexBytes('1020 c4 00 0001'), six)));
  // RFC 1051 has no numbers.
  assertFour(decode(LinkType.arcnetLinux, join(hexBytes('1020 0000 f0'), four)));
  for (const front of ['1020 d4 01 0001', '1020 d4 02 0001', '1020 d5 00 0001', '1020 fa 00 0001']) {
    assertNothing(decode(LinkType.arcnet, join(hexBytes(front), four)), front);
  }
});

test('InfiniBand, ATM, SLIP, Solaris and the packet filter of Linux show the packet behind their headers', () => {
  assertFour(decode(LinkType.infiniband, join(new Uint8Array(40), hexBytes('0800 0000'), four)));
  assertSix(decode(LinkType.infiniband, join(new Uint8Array(40), hexBytes('86dd 0000'), six)));
  assertFour(decode(LinkType.sunAtm, join(hexBytes('82 00 0020 aaaa03 000000 0800'), four)));
  assertFour(decode(LinkType.atmRfc1483, join(hexBytes('aaaa03 000000 0800'), four)));
  assertNothing(decode(LinkType.sunAtm, join(hexBytes('81 00 0020 aaaa03 000000 0800'), four)));
  assertFour(decode(LinkType.slip, join(new Uint8Array(16), four)));
  assertSix(decode(LinkType.slip, join(Uint8Array.of(1), new Uint8Array(15), six)));
  assertNothing(decode(LinkType.slip, join(Uint8Array.of(2), new Uint8Array(15), four)));
  assertFour(decode(LinkType.ipnet, join(hexBytes('0102'), new Uint8Array(22), four)));
  assertSix(decode(LinkType.ipnet, join(hexBytes('011a'), new Uint8Array(22), six)));
  const size = Uint8Array.of(four.length + 4, 0);
  const logged = join(hexBytes('0200 0001 0500 0a00 61 000000'), size, hexBytes('0900'), four, new Uint8Array(3));
  assertFour(decode(LinkType.nflog, logged));
  assertNothing(decode(LinkType.nflog, hexBytes('0200 0001 0500 0a00 61 000000 0300 0900')));
});

test('tags of switch chips leave the MAC addresses, and their VLAN is that of the frame', () => {
  const frame = ethernet(0x0800, four);
  const behindMacs = (tag: string): Uint8Array => join(frame.subarray(0, 12), hexBytes(tag), frame.subarray(12));
  const cases: [number, Uint8Array, number][] = [
    [LinkType.dsa, behindMacs('c0080000'), -1],
    [LinkType.dsa, behindMacs('e0080064'), 100],
    [LinkType.edsa, behindMacs('dada0000 e0080fff'), 0xfff],
    [LinkType.edsa, behindMacs('dada0000 c0080001'), -1],
    [LinkType.broadcomTag, behindMacs('20000001'), -1],
    [LinkType.broadcomTagInFront, join(hexBytes('20000001'), frame), -1],
  ];
  for (const [linkType, bytes, vlan] of cases) {
    const packet = decode(linkType, bytes);
    assertFour(packet, String(linkType));
    assert.deepEqual([packet.hasMac, packet.sourceMacLow, packet.vlan], [true, 0x5e100002, vlan], String(linkType));
  }
});

test('Juniper, Endace and macOS show the frame behind what they know of it', () => {
  const frame = ethernet(0x0800, four);
  const extended = join(hexBytes('4d4743 80 0004 03010106'), frame);
  for (const bytes of [extended, join(hexBytes('4d4743 01'), frame)]) {
    const packet = decode(LinkType.juniperEthernet, bytes);
    assertFour(packet);
    assert.equal(packet.hasMac, true);
  }
  assertNothing(decode(LinkType.juniperEthernet, join(hexBytes('4d4742 01'), frame)));
  const record = (type: number, extensions: string): Uint8Array =>
    join(new Uint8Array(8), Uint8Array.of(type, 4), big16(0), big16(0), big16(frame.length + 4), hexBytes(extensions));
  const rest = join(frame, hexBytes('00112233'));
  assertFour(decode(LinkType.erf, join(record(2, ''), hexBytes('0000'), rest)));
  assertFour(decode(LinkType.erf, join(record(0x82, '8000000000000001 0000000000000002'), hexBytes('0000'), rest)));
  assertFour(decode(LinkType.erf, join(record(22, ''), four)));
  assertNothing(decode(LinkType.erf, join(record(6, ''), four)));
  const pktap = join(hexBytes('6c000000 01000000 01000000'), new Uint8Array(96));
  for (const linkType of [LinkType.pktap, LinkType.user2]) {
    assertFour(decode(linkType, join(pktap, frame)));
    const raw = pktap.slice();
    raw[8] = LinkType.rawOld;
    assertFour(decode(linkType, join(raw, four)));
    // A header in a header, one that is no packet's, one too large.
    const itself = pktap.slice();
    itself.set([2, 1], 8);
    assertNothing(decode(linkType, join(itself, pktap, frame)));
    assertNothing(decode(linkType, join(hexBytes('6c000000 00000000'), pktap.subarray(8), frame)));
    assertNothing(decode(linkType, join(hexBytes('00100000'), pktap.subarray(4), frame)));
  }
});

test('a header of a link that is too short is a problem, where it was sent so', () => {
  const short: [number, string][] = [
    [LinkType.ciscoHdlc, '0f00 08'],
    [LinkType.frameRelay, '1841'],
    [LinkType.arcnet, '1020'],
    [LinkType.arcnetLinux, '1020 0000 d4 00'],
    [LinkType.infiniband, '00000000'],
    [LinkType.slip, '00'],
    [LinkType.sunAtm, '0200'],
    [LinkType.dsa, '0200'],
    [LinkType.juniperEthernet, '4d47'],
    [LinkType.ipnet, '0102'],
    [LinkType.nflog, '02'],
    [LinkType.pktap, '6c000000'],
    [LinkType.erf, '00'],
    [LinkType.radiotap, '0000 0a00'],
    [LinkType.avs, '80211001'],
  ];
  for (const [linkType, text] of short) {
    const frame = hexBytes(text);
    assert.deepEqual(problems(decode(linkType, frame)), ['link/header-too-short'], String(linkType));
    assert.deepEqual(problems(decode(linkType, frame, 200)), [], String(linkType));
  }
});

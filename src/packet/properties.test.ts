import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame, decodeInner } from './decode.ts';
import { Packet } from './packet.ts';
import {
  arp,
  counting,
  ethernet,
  hexBytes,
  ipv4,
  ipv6,
  ipv6Extension,
  ipv6Fragment,
  join,
  tcp,
  udp,
  vlanTag,
} from './sample-frames.ts';

const MARGIN_SIZE = 80;

const segment = ipv4({ protocol: 6 }, tcp({ options: hexBytes('0204 05b4') }, counting(12)));
const inFrame = ethernet(0x0800, segment);
/** From an access point, with quality of service. */
const WIRELESS = join(hexBytes('8802 0000'), counting(18), hexBytes('1000'));
const TEREDO = join(
  hexBytes('60000000 000c 11 40 20010000'),
  counting(12),
  hexBytes('20010000'),
  counting(12),
  udp(counting(4)),
);
const samples: readonly (readonly [string, number, Uint8Array])[] = [
  ['TCP', LinkType.ethernet, inFrame],
  [
    'UDP in VLANs',
    LinkType.ethernet,
    ethernet(0x88a8, vlanTag(1, 0x8100, vlanTag(2, 0x86dd, ipv6(17, udp(counting(9)))))),
  ],
  [
    'extension headers',
    LinkType.ethernet,
    ethernet(0x86dd, ipv6(0, ipv6Extension(43, ipv6Extension(17, udp(counting(3)))))),
  ],
  ['an IPv6 fragment', LinkType.ethernet, ethernet(0x86dd, ipv6(44, ipv6Fragment(17, 8, true, 5, counting(16))))],
  [
    'an authentication header',
    LinkType.ethernet,
    ethernet(
      0x0800,
      ipv4({ protocol: 51 }, join(hexBytes('0601 0000 00000001'), new Uint8Array(4), tcp({}, counting(2)))),
    ),
  ],
  ['ICMP', LinkType.ethernet, ethernet(0x0800, ipv4({ protocol: 1 }, hexBytes('0800 0000 0001 0002 61')))],
  ['ARP', LinkType.ethernet, ethernet(0x0806, arp(1))],
  ['LLC', LinkType.ethernet, ethernet(64, join(hexBytes('aaaa03 000000 0800'), segment))],
  [
    'GRE',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 47 }, join(hexBytes('b000 6558'), counting(12), inFrame))),
  ],
  [
    'ERSPAN II',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 47 }, join(hexBytes('1000 88be 00000001 1064 1001 00000000'), inFrame))),
  ],
  [
    'ERSPAN III',
    LinkType.ethernet,
    ethernet(
      0x0800,
      ipv4(
        { protocol: 47 },
        join(hexBytes('1000 22eb 00000001 2064 0001 00000000 0000 0001 0000000000000000'), inFrame),
      ),
    ),
  ],
  [
    'VXLAN',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 17 }, udp(join(hexBytes('0800000000000100'), inFrame), 4789))),
  ],
  [
    'Geneve',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 17 }, udp(join(hexBytes('0100655800000100 00000000'), inFrame), 6081))),
  ],
  ['IP in IP', LinkType.ethernet, ethernet(0x0800, ipv4({ protocol: 41 }, ipv6(4, segment)))],
  ['MPLS', LinkType.ethernet, ethernet(0x8847, join(hexBytes('00064040 00065140'), segment))],
  ['a pseudowire', LinkType.ethernet, ethernet(0x8847, join(hexBytes('00065140 00000000'), inFrame))],
  ['PPPoE', LinkType.ethernet, ethernet(0x8864, join(hexBytes('1100 0001 003a 0021'), segment))],
  ['HSR', LinkType.ethernet, ethernet(0x892f, join(hexBytes('0034 1234 0800'), segment))],
  ['PRP', LinkType.ethernet, join(inFrame, hexBytes('0001 a03e 88fb'))],
  ['cooked v1', LinkType.linuxCooked1, join(hexBytes('0000 0001 0006 82005e1000020000 0800'), segment)],
  ['cooked v2', LinkType.linuxCooked2, join(hexBytes('0800 0000 00000002 0001 00 06 82005e1000020000'), segment)],
  ['raw', LinkType.raw, segment],
  ['loopback', LinkType.null, join(hexBytes('02000000'), segment)],
  ['PPP', LinkType.ppp, join(hexBytes('ff03 0021'), segment)],
  ['PPP with a direction', LinkType.pppWithDirection, join(hexBytes('00 0021'), segment)],
  ['Cisco HDLC', LinkType.ciscoHdlc, join(hexBytes('0f00 0800'), segment)],
  ['frame relay', LinkType.frameRelay, join(hexBytes('1841 03 00 80 000000 0800'), segment)],
  ['ARCnet', LinkType.arcnet, join(hexBytes('1020 d4 ff ffff d4 00 0001'), segment)],
  ['InfiniBand', LinkType.infiniband, join(new Uint8Array(40), hexBytes('0800 0000'), segment)],
  ['SLIP', LinkType.slip, join(new Uint8Array(16), segment)],
  ['ATM', LinkType.sunAtm, join(hexBytes('02 00 0020 aaaa03 000000 0800'), segment)],
  ['a switch tag', LinkType.edsa, join(inFrame.subarray(0, 12), hexBytes('dada0000 e0080064'), inFrame.subarray(12))],
  ['Juniper', LinkType.juniperEthernet, join(hexBytes('4d4743 80 0004 03010106'), inFrame)],
  ['Solaris', LinkType.ipnet, join(hexBytes('0102'), new Uint8Array(22), segment)],
  ['a logged packet', LinkType.nflog, join(hexBytes('0200 0001 0500 0a00 61 000000 3c00 0900'), segment)],
  ['PKTAP', LinkType.pktap, join(hexBytes('6c000000 01000000 01000000'), new Uint8Array(96), inFrame)],
  [
    'ERF',
    LinkType.erf,
    join(hexBytes('0000000000000000 82 04 0000 0000 004a 0000000000000000 0000'), inFrame, counting(4)),
  ],
  ['a wireless frame', LinkType.wireless, join(WIRELESS, hexBytes('0000 aaaa03 000000 0800'), segment)],
  ['an encrypted one', LinkType.wireless, join(hexBytes('0841'), WIRELESS.subarray(2), counting(40))],
  [
    'several in one',
    LinkType.wireless,
    join(
      WIRELESS,
      hexBytes('8000'),
      ...[1, 2].map(() => join(counting(12), hexBytes('0040 aaaa03 000000 0800'), segment, new Uint8Array(2))),
    ),
  ],
  [
    'radiotap',
    LinkType.radiotap,
    join(hexBytes('0000 0900 02000000 10'), WIRELESS, hexBytes('0000 aaaa03 000000 0800'), segment, counting(4)),
  ],
  ['Prism', LinkType.prism, join(hexBytes('44000000 90000000'), new Uint8Array(136), WIRELESS, hexBytes('0000'))],
  [
    'GTP',
    LinkType.ethernet,
    ethernet(
      0x0800,
      ipv4({ protocol: 17 }, udp(join(hexBytes('34ff 0040 00000007 0000 00 85 01 0009 00'), segment), 2152)),
    ),
  ],
  [
    'Teredo',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 17 }, udp(join(hexBytes('0001 0000'), counting(9), TEREDO), 3544))),
  ],
  [
    'AYIYA',
    LinkType.ethernet,
    ethernet(0x0800, ipv4({ protocol: 17 }, udp(join(hexBytes('21 00 01 29 00000000'), counting(4), TEREDO), 5072))),
  ],
  [
    'PPTP',
    LinkType.ethernet,
    ethernet(
      0x0800,
      ipv4({ protocol: 47 }, join(hexBytes('3001 880b 003c 0005 00000001 ff03 0021'), segment, new Uint8Array(2))),
    ),
  ],
];

/** All fields as text, after decoding with `margin` on both sides of the frame; throws when a range lies outside. */
function decoded(frame: Uint8Array, margin: number, originalLength: number, linkType: number): string {
  const bytes = new Uint8Array(frame.length + 2 * MARGIN_SIZE).fill(margin);
  bytes.set(frame, MARGIN_SIZE);
  const end = MARGIN_SIZE + frame.length;
  const packet = new Packet();
  decodeFrame(packet, bytes, MARGIN_SIZE, end, originalLength, linkType);
  let text = '';
  for (;;) {
    assertInside(packet, MARGIN_SIZE, end);
    text += JSON.stringify(packet, (key, value: unknown) => (key === 'bytes' ? undefined : value));
    if (packet.innerLayer === 0) return text;
    decodeInner(packet);
  }
}

function assertInside(packet: Packet, start: number, end: number): void {
  const addressSize = packet.ipVersion === 4 ? 4 : 16;
  const ranges: [boolean, number, number][] = [
    [packet.ipVersion !== 0, packet.ipPayloadStart, packet.ipPayloadEnd],
    [packet.ipVersion !== 0, packet.sourceAt, packet.sourceAt + addressSize],
    [packet.ipVersion !== 0, packet.destinationAt, packet.destinationAt + addressSize],
    [packet.hasTransport, packet.payloadStart, packet.payloadEnd],
    [packet.hasTransport && packet.ipProtocol === 6, packet.tcpOptionsStart, packet.tcpOptionsEnd],
    [packet.hasArp, packet.arpSenderMacAt, packet.arpTargetIpAt + 4],
    [true, packet.linkPayloadStart, end],
  ];
  for (const [isThere, from, to] of ranges) {
    if (isThere) assert.ok(start <= from && from <= to && to <= end, `${from}..${to} is outside ${start}..${end}`);
  }
  assert.ok(packet.ipPayloadMissing >= 0 && packet.payloadMissing >= 0);
  assert.ok(packet.payloadMissing <= packet.originalLength || packet.tunnelDepth > 0);
  for (const offset of packet.problemOffset.subarray(0, packet.problemCount)) {
    assert.ok(offset >= 0 && offset <= end - start);
  }
}

test('every prefix of every sample is read without a look at what lies around it', () => {
  for (const [name, linkType, frame] of samples) {
    for (let size = 0; size <= frame.length; size++) {
      const prefix = frame.subarray(0, size);
      for (const originalLength of [size, frame.length]) {
        assert.equal(
          decoded(prefix, 0x00, originalLength, linkType),
          decoded(prefix, 0xff, originalLength, linkType),
          `${name}, ${size} bytes`,
        );
      }
    }
  }
});

test('what only the capture cut is never a problem', () => {
  for (const [name, linkType, frame] of samples) {
    for (let size = 0; size <= frame.length; size++) {
      const packet = new Packet();
      decodeFrame(packet, frame, 0, size, frame.length, linkType);
      assert.equal(packet.problemCount, 0, `${name}, cut at ${size}`);
      while (packet.innerLayer !== 0) {
        decodeInner(packet);
        assert.equal(packet.problemCount, 0, `${name}, inside, cut at ${size}`);
      }
    }
  }
});

test('samples with bytes changed at random stay within their frame', () => {
  const change = fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), value: fc.nat(255) });
  fc.assert(
    fc.property(
      fc.constantFrom(...samples),
      fc.array(change, { maxLength: 8 }),
      fc.nat(40),
      ([, linkType, frame], changes, missing) => {
        const copy = frame.slice();
        for (const { at, value } of changes) copy[Math.floor(at * (copy.length - 1))] = value;
        const originalLength = copy.length + missing;
        assert.equal(decoded(copy, 0x00, originalLength, linkType), decoded(copy, 0xff, originalLength, linkType));
      },
    ),
    { seed: 4242, numRuns: 2000 },
  );
});

test('random bytes of every link type stay within their frame', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 120 }),
      fc.constantFrom(...Object.values(LinkType)),
      fc.nat(40),
      (frame, linkType, missing) => {
        const originalLength = frame.length + missing;
        assert.equal(decoded(frame, 0x00, originalLength, linkType), decoded(frame, 0xff, originalLength, linkType));
      },
    ),
    { seed: 777, numRuns: 2000 },
  );
});

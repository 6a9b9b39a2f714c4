import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame } from './decode.ts';
import { PACKET_PROBLEMS, Packet, TcpFlag } from './packet.ts';
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

function decode(frame: Uint8Array, linkType: number = LinkType.ethernet, originalLength = frame.length): Packet {
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

function payload(packet: Packet): number[] {
  return [...packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)];
}

test('a TCP segment gives addresses, ports, numbers, flags, options and payload', () => {
  const options = hexBytes('02 04 05 b4 01 01 01 00');
  const frame = ethernet(0x0800, ipv4({ protocol: 6, ttl: 61 }, tcp({ flags: 0x12, options }, counting(5))));
  const packet = decode(frame);
  assert.equal(packet.hasMac, true);
  assert.equal(packet.destinationMacHigh, 0x0200);
  assert.equal(packet.destinationMacLow, 0x5e100001);
  assert.equal(packet.sourceMacHigh, 0x8200);
  assert.equal(packet.etherType, 0x0800);
  assert.equal(packet.vlan, -1);
  assert.equal(packet.linkPayloadStart, 14);
  assert.equal(packet.ipVersion, 4);
  assert.equal(packet.ipStart, 14);
  assert.equal(packet.sourceAt, 26);
  assert.equal(packet.destinationAt, 30);
  assert.equal(packet.ipId, 0x1234);
  assert.equal(packet.ipTtl, 61);
  assert.equal(packet.ipProtocol, 6);
  assert.equal(packet.ipPayloadStart, 34);
  assert.equal(packet.ipPayloadEnd, frame.length);
  assert.equal(packet.hasTransport, true);
  assert.equal(packet.sourcePort, 49152);
  assert.equal(packet.destinationPort, 502);
  assert.equal(packet.tcpSequence, 0x81020304 | 0);
  assert.equal(packet.tcpAcknowledgment, 0x05060708);
  assert.equal(packet.tcpFlags, TcpFlag.syn | TcpFlag.ack);
  assert.equal(packet.tcpWindow, 8192);
  assert.equal(packet.transportChecksum, 0xbeef);
  assert.equal(packet.tcpOptionsStart, 54);
  assert.equal(packet.tcpOptionsEnd, 62);
  assert.deepEqual(payload(packet), [1, 2, 3, 4, 5]);
  assert.deepEqual(problems(packet), []);
});

test('padding behind a short IPv4 packet is no payload', () => {
  const packet = decode(join(ethernet(0x0800, ipv4({ protocol: 6 }, tcp({}, counting(2)))), new Uint8Array(4)));
  assert.deepEqual(payload(packet), [1, 2]);
  assert.equal(packet.payloadMissing, 0);
  assert.deepEqual(problems(packet), []);
});

test('a total length of 0, as of a segment the network card will cut, reaches to the end of the frame', () => {
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 6, totalLength: 0 }, tcp({}, counting(40)))));
  assert.equal(packet.payloadEnd - packet.payloadStart, 40);
  assert.deepEqual(problems(packet), []);
});

test('what the capture cut is counted as missing and is no problem', () => {
  const whole = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({}, counting(100))));
  const packet = decode(whole.subarray(0, 60), LinkType.ethernet, whole.length);
  assert.equal(packet.originalLength, whole.length);
  assert.equal(packet.ipPayloadMissing, whole.length - 60);
  assert.equal(packet.payloadEnd - packet.payloadStart, 6);
  assert.equal(packet.payloadMissing, 94);
  assert.deepEqual(problems(packet), []);
});

test('a capture cut within the TCP options leaves the payload empty and counts it as missing', () => {
  const whole = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({ options: new Uint8Array(12) }, counting(10))));
  const packet = decode(whole.subarray(0, 58), LinkType.ethernet, whole.length);
  assert.equal(packet.hasTransport, true);
  assert.equal(packet.tcpOptionsEnd, 58);
  assert.equal(packet.payloadStart, packet.payloadEnd);
  assert.equal(packet.payloadMissing, 10);
  assert.deepEqual(problems(packet), []);
});

test('a total length beyond the frame is a problem, and only the bytes that exist are payload', () => {
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 17, totalLength: 90 }, udp(counting(10), 47808, 70))));
  assert.deepEqual(problems(packet), ['ipv4/total-length-exceeds-frame']);
  assert.equal(packet.problemOffset[0], 16);
  assert.equal(packet.ipPayloadMissing, 52);
  assert.equal(packet.payloadMissing, 0);
  assert.deepEqual(payload(packet), [...counting(10)]);
});

test('broken IPv4 headers are problems and give no addresses', () => {
  const good = ipv4({ protocol: 6 }, tcp({}, counting(1)));
  const changed = (at: number, value: number): Packet => {
    const copy = good.slice();
    copy[at] = value;
    return decode(ethernet(0x0800, copy));
  };
  const cases: [Packet, string][] = [
    [changed(0, 0x55), 'ipv4/version-invalid'],
    [changed(0, 0x44), 'ipv4/header-length-invalid'],
    [changed(3, 19), 'ipv4/total-length-invalid'],
    [decode(ethernet(0x0800, good.subarray(0, 19))), 'ipv4/header-too-short'],
  ];
  for (const [packet, problem] of cases) {
    assert.deepEqual(problems(packet), [problem]);
    assert.equal(packet.ipVersion, 0);
    assert.equal(packet.hasTransport, false);
  }
});

test('IPv4 options are stepped over', () => {
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 17, options: hexBytes('94 04 00 00') }, udp(counting(3)))));
  assert.equal(packet.ipPayloadStart, 38);
  assert.deepEqual(payload(packet), [1, 2, 3]);
});

test('a fragment shows where it belongs and no ports', () => {
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 17, id: 7, offset: 1480, more: true }, counting(16))));
  assert.equal(packet.isFragment, true);
  assert.equal(packet.fragmentOffset, 1480);
  assert.equal(packet.moreFragments, true);
  assert.equal(packet.fragmentId, 7);
  assert.equal(packet.hasTransport, false);
  assert.equal(packet.ipPayloadEnd - packet.ipPayloadStart, 16);
});

test('a TCP header too short or with an impossible data offset is a problem and no transport', () => {
  const short = decode(ethernet(0x0800, ipv4({ protocol: 6 }, counting(19))));
  assert.deepEqual(problems(short), ['tcp/header-too-short']);
  assert.equal(short.hasTransport, false);
  for (const dataOffset of [4, 15]) {
    const packet = decode(ethernet(0x0800, ipv4({ protocol: 6 }, tcp({ dataOffset }, counting(8)))));
    assert.deepEqual(problems(packet), ['tcp/data-offset-invalid']);
    assert.equal(packet.hasTransport, false);
    assert.equal(packet.destinationPort, 502);
  }
});

test('a UDP length is obeyed, and is a problem when shorter than the header or longer than the packet', () => {
  const inner = (length: number): Packet =>
    decode(ethernet(0x0800, ipv4({ protocol: 17 }, udp(counting(10), 47808, length))));
  assert.deepEqual(payload(inner(12)), [1, 2, 3, 4]);
  assert.deepEqual(problems(inner(12)), []);
  for (const length of [0, 7]) {
    assert.deepEqual(problems(inner(length)), ['udp/length-invalid']);
    assert.equal(inner(length).hasTransport, false);
  }
  assert.deepEqual(problems(inner(19)), ['udp/length-invalid']);
  assert.equal(inner(19).hasTransport, true);
  assert.deepEqual(payload(inner(19)), [...counting(10)]);
});

test('a UDP length of 0 in an IPv6 jumbogram reaches to the end of the IP payload', () => {
  const packet = decode(ethernet(0x86dd, ipv6(17, udp(counting(10), 47808, 0))));
  assert.equal(packet.hasTransport, true);
  assert.deepEqual(payload(packet), [...counting(10)]);
  assert.deepEqual(problems(packet), []);
});

test('VLAN tags of every kind are read, the outer and the inner id kept', () => {
  for (const type of [0x8100, 0x88a8, 0x9100, 0x9200]) {
    const inside = ipv4({ protocol: 17 }, udp(counting(1)));
    const one = decode(ethernet(type, vlanTag(100, 0x0800, inside)));
    assert.deepEqual([one.vlan, one.innerVlan, one.etherType], [100, -1, 0x0800]);
    const two = decode(ethernet(type, vlanTag(100, 0x8100, vlanTag(200, 0x0800, inside))));
    assert.deepEqual([two.vlan, two.innerVlan, two.hasTransport], [100, 200, true]);
    assert.equal(two.linkPayloadStart, 22);
  }
});

test('a priority tag names no VLAN', () => {
  const packet = decode(ethernet(0x8100, vlanTag(0, 0x8892, counting(4))));
  assert.equal(packet.vlan, -1);
  assert.equal(packet.etherType, 0x8892);
  assert.equal(packet.linkPayloadStart, 18);
});

test('a cut tag and too many tags are problems', () => {
  assert.deepEqual(problems(decode(ethernet(0x8100, counting(3)))), ['vlan/tag-too-short']);
  let frame = vlanTag(9, 0x0800, ipv4({ protocol: 17 }, udp(counting(1))));
  for (let id = 8; id > 0; id--) frame = vlanTag(id, 0x8100, frame);
  const packet = decode(ethernet(0x8100, frame));
  assert.deepEqual(problems(packet), ['vlan/too-many-tags']);
  assert.deepEqual([packet.vlan, packet.innerVlan], [1, 2]);
  assert.equal(packet.ipVersion, 0);
});

test('ARP gives its operation and the places of its addresses', () => {
  const packet = decode(ethernet(0x0806, join(arp(2), new Uint8Array(18))));
  assert.equal(packet.hasArp, true);
  assert.equal(packet.arpOperation, 2);
  assert.equal(packet.bytes[packet.arpSenderMacAt], 0x82);
  assert.deepEqual([...packet.bytes.subarray(packet.arpSenderIpAt, packet.arpSenderIpAt + 4)], [192, 168, 0, 10]);
  assert.deepEqual([...packet.bytes.subarray(packet.arpTargetIpAt, packet.arpTargetIpAt + 4)], [192, 168, 0, 20]);
  assert.equal(packet.arpTargetMacAt, packet.arpTargetIpAt - 6);
});

test('ARP of other sizes is not read, and cut ARP is a problem', () => {
  const other = arp(1);
  other[5] = 16;
  assert.equal(decode(ethernet(0x0806, other)).hasArp, false);
  const short = decode(ethernet(0x0806, arp(1).subarray(0, 27)));
  assert.deepEqual(problems(short), ['arp/too-short']);
});

test('802.3 frames give LLC, and SNAP what its EtherType says', () => {
  const spanningTree = decode(join(ethernet(38, hexBytes('42 42 03 0000')), new Uint8Array(41)));
  assert.deepEqual([spanningTree.etherType, spanningTree.llcSap, spanningTree.linkPayloadStart], [0, 0x42, 14]);
  const datagram = ipv4({ protocol: 17 }, udp(counting(2)));
  const snap = join(hexBytes('aaaa03 000000 0800'), datagram);
  const packet = decode(join(ethernet(snap.length, snap), new Uint8Array(9)));
  assert.deepEqual([packet.etherType, packet.llcSap, packet.linkPayloadStart], [0x0800, 0xaa, 22]);
  assert.deepEqual(payload(packet), [1, 2]);
  const discovery = decode(ethernet(12, hexBytes('aaaa03 00000c 2000 01b4 0000')));
  assert.deepEqual([discovery.etherType, discovery.llcSap, discovery.linkPayloadStart], [0, 0xaa, 14]);
  const long = decode(ethernet(20, hexBytes('42 42 03 0000')));
  assert.deepEqual(problems(long), ['ethernet/length-exceeds-frame']);
});

test('IPv6 gives addresses and transport', () => {
  const packet = decode(ethernet(0x86dd, ipv6(6, tcp({}, counting(3)))));
  assert.equal(packet.ipVersion, 6);
  assert.equal(packet.bytes[packet.sourceAt + 15], 0x0a);
  assert.equal(packet.bytes[packet.destinationAt + 15], 0x14);
  assert.equal(packet.ipTtl, 63);
  assert.equal(packet.ipProtocol, 6);
  assert.deepEqual(payload(packet), [1, 2, 3]);
});

test('IPv6 extension headers are stepped over', () => {
  const authentication = join(hexBytes('11 04 0000 00000001 00000002'), new Uint8Array(12), udp(counting(4)));
  const chain = ipv6Extension(43, ipv6Extension(60, ipv6Extension(51, authentication)));
  const packet = decode(ethernet(0x86dd, ipv6(0, chain)));
  assert.equal(packet.ipProtocol, 17);
  assert.equal(packet.ipPayloadStart, 14 + 40 + 24 + 24);
  assert.deepEqual(payload(packet), [1, 2, 3, 4]);
});

test('a mobility header is the protocol of its packet', () => {
  const packet = decode(ethernet(0x86dd, ipv6(135, hexBytes('3b 01 05 00 0000 0000 00000000 00000000'))));
  assert.deepEqual([packet.ipProtocol, packet.hasTransport], [135, false]);
});

test('an IPv6 payload length of 0 reaches to the end of the frame only where a segment or a jumbogram may follow', () => {
  const segment = decode(ethernet(0x86dd, ipv6(6, tcp({}, counting(30)), 0)));
  assert.deepEqual([segment.payloadEnd - segment.payloadStart, segment.problemCount], [30, 0]);
  const message = decode(ethernet(0x86dd, ipv6(58, hexBytes('87 00 0000 00000000'), 0)));
  assert.deepEqual(problems(message), ['icmp/header-too-short']);
  assert.equal(message.hasTransport, false);
});

test('an IPv6 fragment shows where it belongs, and an atomic one is whole', () => {
  const packet = decode(ethernet(0x86dd, ipv6(44, ipv6Fragment(17, 1232, true, 0x87654321, counting(8)))));
  assert.equal(packet.isFragment, true);
  assert.equal(packet.fragmentOffset, 1232);
  assert.equal(packet.moreFragments, true);
  assert.equal(packet.fragmentId, 0x87654321 | 0);
  assert.equal(packet.ipId, 0x4321);
  assert.equal(packet.hasTransport, false);
  const atomic = decode(ethernet(0x86dd, ipv6(44, ipv6Fragment(17, 0, false, 1, udp(counting(2))))));
  assert.equal(atomic.isFragment, false);
  assert.deepEqual(payload(atomic), [1, 2]);
});

test('broken IPv6 headers and endless extension chains are problems', () => {
  const good = ipv6(17, udp(counting(2)));
  assert.deepEqual(problems(decode(ethernet(0x86dd, good.subarray(0, 39)))), ['ipv6/header-too-short']);
  const version = good.slice();
  version[0] = 0x50;
  assert.deepEqual(problems(decode(ethernet(0x86dd, version))), ['ipv6/version-invalid']);
  const long = ipv6(17, udp(counting(2), 47808, 20), 20);
  assert.deepEqual(problems(decode(ethernet(0x86dd, long))), ['ipv6/payload-length-exceeds-frame']);
  assert.deepEqual(problems(decode(ethernet(0x86dd, ipv6(0, counting(7))))), ['ipv6/extension-too-short']);
  let chain: Uint8Array = udp(counting(2));
  for (let count = 0; count < 9; count++) chain = ipv6Extension(count === 0 ? 17 : 60, chain);
  const packet = decode(ethernet(0x86dd, ipv6(60, chain)));
  assert.deepEqual(problems(packet), ['ipv6/too-many-extensions']);
  assert.equal(packet.hasTransport, false);
});

test('ICMP gives type and code where ports stand', () => {
  const echo = decode(ethernet(0x0800, ipv4({ protocol: 1 }, hexBytes('08 00 f7fd 0001 0001 6162'))));
  assert.deepEqual([echo.sourcePort, echo.destinationPort, echo.transportChecksum], [8, 0, 0xf7fd]);
  assert.deepEqual(payload(echo), [0, 1, 0, 1, 0x61, 0x62]);
  const neighbour = decode(ethernet(0x86dd, ipv6(58, hexBytes('87 00 0000 00000000'))));
  assert.deepEqual([neighbour.hasTransport, neighbour.sourcePort], [true, 135]);
  assert.deepEqual(problems(decode(ethernet(0x0800, ipv4({ protocol: 1 }, counting(3))))), ['icmp/header-too-short']);
});

test('captures of other link types give the same packet', () => {
  const four = ipv4({ protocol: 17 }, udp(counting(6)));
  const six = ipv6(17, udp(counting(6)));
  const cases: [number, Uint8Array, number][] = [
    [LinkType.raw, four, 4],
    [LinkType.rawOld, six, 6],
    [LinkType.ipv4, four, 4],
    [LinkType.ipv6, six, 6],
    [LinkType.null, join(hexBytes('02000000'), four), 4],
    [LinkType.null, join(hexBytes('00000002'), four), 4],
    [LinkType.null, join(hexBytes('1e000000'), six), 6],
    [LinkType.loop, join(hexBytes('00000018'), six), 6],
    [LinkType.linuxCooked1, join(hexBytes('0000 0001 0006 82005e1000020000 0800'), four), 4],
    [LinkType.linuxCooked1, join(hexBytes('0000 0001 0006 82005e1000020000 8100 0064 86dd'), six), 6],
    [LinkType.linuxCooked2, join(hexBytes('0800 0000 00000002 0001 00 06 82005e1000020000'), four), 4],
  ];
  for (const [linkType, frame, version] of cases) {
    const packet = decode(frame, linkType);
    assert.equal(packet.ipVersion, version);
    assert.equal(packet.hasMac, false);
    assert.deepEqual(payload(packet), [...counting(6)]);
    assert.deepEqual(problems(packet), []);
  }
  assert.equal(decode(cases[9]![1], LinkType.linuxCooked1).vlan, 0x64);
});

test('headers of other link types that are too short are problems', () => {
  assert.deepEqual(problems(decode(counting(13))), ['ethernet/frame-too-short']);
  assert.deepEqual(problems(decode(counting(15), LinkType.linuxCooked1)), ['cooked/header-too-short']);
  assert.deepEqual(problems(decode(counting(19), LinkType.linuxCooked2)), ['cooked/header-too-short']);
  assert.deepEqual(problems(decode(counting(3), LinkType.null)), ['null/header-too-short']);
  assert.deepEqual(problems(decode(counting(0), LinkType.raw)), ['ipv4/header-too-short']);
});

test('an unknown link type leaves an empty record', () => {
  const packet = decode(counting(60), 105);
  assert.deepEqual([packet.hasMac, packet.ipVersion, packet.etherType, packet.problemCount], [false, 0, 0, 0]);
});

test('nothing of the frame before stays in the record', () => {
  const tunnel = ipv4(
    { protocol: 47 },
    join(hexBytes('0000 0800'), ipv4({ protocol: 6, totalLength: 9000 }, tcp({}, counting(4)))),
  );
  const packet = decode(ethernet(0x8100, vlanTag(5, 0x892f, join(hexBytes('0020 0007 0800'), tunnel))));
  assert.equal(packet.tunnelDepth, 1);
  decodeFrame(packet, packet.bytes, 0, 0, 0, LinkType.ethernet);
  const fresh = new Packet();
  decodeFrame(fresh, packet.bytes, 0, 0, 0, LinkType.ethernet);
  packet.problem.fill(0);
  packet.problemOffset.fill(0);
  fresh.problem.fill(0);
  fresh.problemOffset.fill(0);
  assert.deepEqual(packet, fresh);
});

test('at most eight problems are kept', () => {
  const packet = new Packet();
  for (let count = 0; count < 10; count++) packet.addProblem(1, count);
  assert.equal(packet.problemCount, 8);
});

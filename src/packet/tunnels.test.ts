import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame } from './decode.ts';
import { PACKET_PROBLEMS, Packet } from './packet.ts';
import { arp, big16, counting, ethernet, hexBytes, ipv4, ipv6, join, tcp, udp, vlanTag } from './sample-frames.ts';

const OUTER = { source: Uint8Array.of(10, 0, 0, 1), destination: Uint8Array.of(10, 0, 0, 2) };
const INNER_PAYLOAD = [...counting(5)];

function decode(frame: Uint8Array, originalLength = frame.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame, 0, frame.length, originalLength, LinkType.ethernet);
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

function inner(): Uint8Array {
  return ipv4({ protocol: 6, id: 0x0777 }, tcp({}, counting(5)));
}

/** An Ethernet frame with the inner MAC addresses, so that they differ from the outer ones. */
function innerFrame(type = 0x0800, content = inner()): Uint8Array {
  return join(hexBytes('0a0000000001 0a0000000002'), big16(type), content);
}

function assertInner(packet: Packet, depth: number): void {
  assert.deepEqual(problems(packet), []);
  assert.equal(packet.tunnelDepth, depth);
  assert.equal(packet.ipVersion, 4);
  assert.equal(packet.ipId, 0x0777);
  assert.equal(packet.bytes[packet.sourceAt], 192);
  assert.equal(packet.ipProtocol, 6);
  assert.equal(packet.destinationPort, 502);
  assert.deepEqual(payload(packet), INNER_PAYLOAD);
}

test('IP in IP, 6in4, 4in6 and 6in6 show the inner packet', () => {
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 4, ...OUTER }, inner()))), 1);
  assertInner(decode(ethernet(0x86dd, ipv6(4, inner()))), 1);
  assertInner(decode(ethernet(0x86dd, ipv6(41, ipv6(4, inner())))), 2);
  const six = decode(ethernet(0x0800, ipv4({ protocol: 41, ...OUTER }, ipv6(17, udp(counting(5))))));
  assert.deepEqual([six.ipVersion, six.tunnelDepth, six.hasTransport], [6, 1, true]);
  assert.deepEqual(payload(six), INNER_PAYLOAD);
});

test('an Ethernet frame straight behind an IPv6 header is opened', () => {
  const packet = decode(ethernet(0x86dd, ipv6(143, innerFrame())));
  assertInner(packet, 1);
  assert.equal(packet.sourceMacLow, 2);
});

test('GRE shows the inner packet with every combination of its optional fields', () => {
  for (let bits = 0; bits < 8; bits++) {
    const flags = ((bits & 1) !== 0 ? 0x8000 : 0) | ((bits & 2) !== 0 ? 0x2000 : 0) | ((bits & 4) !== 0 ? 0x1000 : 0);
    const optional = new Uint8Array(4 * ((bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1)));
    const gre = join(big16(flags), big16(0x0800), optional, inner());
    assertInner(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, gre))), 1);
  }
  const bridged = join(hexBytes('0000 6558'), innerFrame());
  const packet = decode(ethernet(0x8100, vlanTag(7, 0x0800, ipv4({ protocol: 47, ...OUTER }, bridged))));
  assertInner(packet, 1);
  assert.equal(packet.sourceMacLow, 2);
  assert.equal(packet.vlan, -1);
});

test('GRE that is not opened leaves the outer packet', () => {
  for (const gre of ['2081 880b 0000 0001 00000001', '0000 2001 00000000', '4000 0800 00000000 0000 0000']) {
    const packet = decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, hexBytes(gre))));
    assert.deepEqual([packet.ipVersion, packet.ipProtocol, packet.tunnelDepth], [4, 47, 0]);
    assert.deepEqual(problems(packet), []);
  }
});

test('tunnel headers that are too short are problems of the outer packet', () => {
  const cases: [Uint8Array, string][] = [
    [ipv4({ protocol: 47 }, hexBytes('0000 08')), 'gre/header-too-short'],
    [ipv4({ protocol: 47 }, hexBytes('a000 0800 0000 0000')), 'gre/header-too-short'],
    [ipv4({ protocol: 47 }, hexBytes('1000 88be 00000001 1000 0000 00')), 'erspan/header-too-short'],
    [ipv4({ protocol: 47 }, hexBytes('1000 22eb 00000001 2000 0000 0000 0000 0000')), 'erspan/header-too-short'],
    [ipv4({ protocol: 17 }, udp(hexBytes('08000000 000001'), 4789)), 'vxlan/header-too-short'],
    [ipv4({ protocol: 17 }, udp(hexBytes('00006558 000001'), 6081)), 'geneve/header-too-short'],
    [ipv4({ protocol: 17 }, udp(hexBytes('02006558 00000100 00000000'), 6081)), 'geneve/header-too-short'],
    [ipv4({ protocol: 4 }, hexBytes('4500 0014')), 'ipv4/header-too-short'],
    [ipv4({ protocol: 4 }, new Uint8Array(20)), 'ipv4/version-invalid'],
    [ipv4({ protocol: 41 }, new Uint8Array(40)), 'ipv6/version-invalid'],
  ];
  for (const [packetBytes, problem] of cases) {
    const packet = decode(ethernet(0x0800, packetBytes));
    assert.deepEqual(problems(packet), [problem]);
    assert.deepEqual([packet.ipVersion, packet.tunnelDepth, packet.sourceAt], [4, 0, 26]);
  }
});

test('VXLAN on both its ports shows the inner frame, and a port used for something else is left alone', () => {
  for (const port of [4789, 8472]) {
    const packet = decode(
      ethernet(0x0800, ipv4({ protocol: 17, ...OUTER }, udp(join(hexBytes('08000000 00007b00'), innerFrame()), port))),
    );
    assertInner(packet, 1);
    assert.equal(packet.destinationMacLow, 1);
  }
  const other = decode(ethernet(0x0800, ipv4({ protocol: 17 }, udp(new Uint8Array(40), 4789))));
  assert.deepEqual([other.tunnelDepth, other.destinationPort, other.hasTransport], [0, 4789, true]);
});

test('Geneve shows the frame or packet behind its options; control messages and other versions are left alone', () => {
  const shown = (header: string, content: Uint8Array): Packet =>
    decode(ethernet(0x0800, ipv4({ protocol: 17, ...OUTER }, udp(join(hexBytes(header), content), 6081))));
  assertInner(shown('00006558 00007b00', innerFrame()), 1);
  assertInner(shown('02406558 00007b00 0102030405060708', innerFrame()), 1);
  assertInner(shown('00000800 00007b00', inner()), 1);
  for (const header of ['40006558 00007b00', '00806558 00007b00', '00001234 00007b00']) {
    const other = shown(header, innerFrame());
    assert.deepEqual([other.tunnelDepth, other.destinationPort, problems(other)], [0, 6081, []]);
  }
});

test('GRE in UDP shows the packet or frame behind it, what is no GRE is a datagram as others', () => {
  const sent = (content: Uint8Array): Packet =>
    decode(ethernet(0x0800, ipv4({ protocol: 17, ...OUTER }, udp(content, 4754))));
  assertInner(sent(join(hexBytes('0000 0800'), inner())), 1);
  assertInner(sent(join(hexBytes('0000 6558'), innerFrame())), 1);
  for (const content of [hexBytes('0000'), hexBytes('1a2b 8180 0001'), join(hexBytes('0001 0800'), inner())]) {
    const other = sent(content);
    assert.deepEqual([other.tunnelDepth, other.destinationPort, problems(other)], [0, 4754, []]);
  }
});

test('an inner frame without IP leaves no address of the outer one behind', () => {
  const gre = join(hexBytes('0000 6558'), innerFrame(0x0806, arp(1)));
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, gre)));
  assert.deepEqual([packet.hasArp, packet.ipVersion, packet.ipProtocol, packet.tunnelDepth], [true, 0, -1, 1]);
});

test('ERSPAN of types I, II and III shows the mirrored frame as on its own link, but a bare packet as in a tunnel', () => {
  const one = join(hexBytes('0000 88be'), innerFrame());
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, one))), 0);

  const two = join(hexBytes('1000 88be 00000001 1064 1001 00000000'), innerFrame());
  const tagTakenOff = decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, two)));
  assertInner(tagTakenOff, 0);
  assert.equal(tagTakenOff.sourceMacLow, 2);
  assert.equal(tagTakenOff.vlan, 0x64);
  const tagLeftIn = join(two.subarray(0, 16), innerFrame(0x8100, vlanTag(0x64, 0x0800, inner())));
  const tagged = decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, tagLeftIn)));
  assertInner(tagged, 0);
  assert.deepEqual([tagged.vlan, tagged.innerVlan], [0x64, -1]);
  const untagged = two.slice();
  untagged[10] = 0x00;
  assert.equal(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, untagged))).vlan, -1);

  const three = join(hexBytes('1000 22eb 00000001 2064 0001 00000000 0000 0000'), innerFrame());
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, three))), 0);
  const platform = join(hexBytes('1000 22eb 00000001 2064 0001 00000000 0000 0001 0000000000000000'), innerFrame());
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, platform))), 0);
  const bareIp = join(hexBytes('1000 22eb 00000001 2064 0001 00000000 0000 0800'), inner());
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, bareIp))), 1);
});

test('at most four mirrors and tunnels are opened, one in another', () => {
  let frame = innerFrame();
  const mirrored = (): Uint8Array => join(hexBytes('1000 88be 00000001 1064 1001 00000000'), frame);
  for (let depth = 0; depth < 4; depth++) frame = innerFrame(0x0800, ipv4({ protocol: 47, ...OUTER }, mirrored()));
  assertInner(decode(frame), 0);
  const packet = decode(innerFrame(0x0800, ipv4({ protocol: 47, ...OUTER }, mirrored())));
  assert.deepEqual(problems(packet), ['ip/tunnel-too-deep']);
});

test('a mirrored frame that the switch cut is no problem', () => {
  const cut = innerFrame(0x0800, ipv4({ protocol: 6 }, tcp({}, counting(100)))).subarray(0, 80);
  const packet = decode(
    ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, join(hexBytes('1000 88be 00000001 1064 0401 00000000'), cut))),
  );
  assert.deepEqual(problems(packet), []);
  assert.equal(packet.payloadMissing, 100 - (80 - 54));
});

test('at most four tunnels are opened', () => {
  let content = inner();
  for (let depth = 0; depth < 4; depth++) content = ipv4({ protocol: 4, ...OUTER }, content);
  assertInner(decode(ethernet(0x0800, content)), 4);
  const packet = decode(ethernet(0x0800, ipv4({ protocol: 4, ...OUTER }, content)));
  assert.deepEqual(problems(packet), ['ip/tunnel-too-deep']);
  assert.equal(packet.tunnelDepth, 4);
  assert.equal(packet.ipProtocol, 4);
});

test('MPLS shows IP at the bottom of the stack, and the frame of a pseudowire with and without control word', () => {
  const labels = join(hexBytes('00064040 00065140'));
  assertInner(decode(ethernet(0x8847, join(labels, inner()))), 0);
  assertInner(decode(ethernet(0x8847, join(labels, hexBytes('00000000'), innerFrame()))), 1);
  assertInner(decode(ethernet(0x8847, join(labels, innerFrame()))), 1);
  // MAC addresses whose first digit could be an IP version.
  for (const first of [0x40, 0x60]) {
    const frame = innerFrame();
    frame[0] = first;
    assertInner(decode(ethernet(0x8847, join(labels, frame))), 1);
  }
  const six = decode(ethernet(0x8847, join(labels, ipv6(17, udp(counting(5))))));
  assert.deepEqual([six.ipVersion, six.etherType], [6, 0x8847]);
  assertInner(decode(ethernet(0x0800, ipv4({ protocol: 137, ...OUTER }, join(labels, inner())))), 1);
});

test('an MPLS stack without a bottom is a problem or ends at its bound', () => {
  assert.deepEqual(problems(decode(ethernet(0x8847, hexBytes('00064040 000650')))), ['mpls/stack-too-short']);
  const endless = decode(ethernet(0x8847, new Uint8Array(400)));
  assert.deepEqual([endless.ipVersion, endless.problemCount], [0, 0]);
});

test('a PPPoE session shows what it carries, and its length is obeyed', () => {
  const session = (size: number, content: Uint8Array): Uint8Array =>
    ethernet(0x8864, join(hexBytes('1100 0001'), big16(size), content));
  const four = join(hexBytes('0021'), inner());
  assertInner(decode(join(session(four.length, four), new Uint8Array(6))), 0);
  const six = join(hexBytes('57'), ipv6(17, udp(counting(5))));
  assert.equal(decode(session(six.length, six)).ipVersion, 6);
  assert.deepEqual(problems(decode(session(four.length + 1, four))), ['pppoe/length-exceeds-frame']);
  assert.deepEqual(problems(decode(ethernet(0x8864, hexBytes('1100 0001 00')))), ['pppoe/header-too-short']);
  assert.equal(decode(session(4, hexBytes('c021 0101'))).ipVersion, 0);
});

test('an HSR tag is noted with its number, before or behind a VLAN tag', () => {
  const tagged = join(hexBytes('0034 1234 0800'), inner());
  for (const frame of [ethernet(0x892f, tagged), ethernet(0x8100, vlanTag(3, 0x892f, tagged))]) {
    const packet = decode(frame);
    assertInner(packet, 0);
    assert.deepEqual([packet.hasRedundancyTag, packet.redundancySequence], [true, 0x1234]);
  }
  assert.deepEqual(problems(decode(ethernet(0x892f, hexBytes('0034 1234 08')))), ['hsr/tag-too-short']);
});

test('a PRP trailer is noted only where LAN and size are right', () => {
  const frame = (content: Uint8Array, lanAndSize: number): Uint8Array =>
    join(content, big16(0xbeef), big16(lanAndSize), hexBytes('88fb'));
  const content = ethernet(0x0800, inner());
  const size = content.length - 14 + 6;
  for (const lan of [0xa, 0xb]) {
    const packet = decode(frame(content, (lan << 12) | size));
    assertInner(packet, 0);
    assert.deepEqual([packet.hasRedundancyTag, packet.redundancySequence], [true, 0xbeef]);
  }
  const tagged = ethernet(0x8100, vlanTag(3, 0x0800, inner()));
  assert.equal(decode(frame(tagged, 0xa000 | size)).hasRedundancyTag, true);
  for (const wrong of [0xc000 | size, 0xa000 | (size + 1)]) {
    assert.equal(decode(frame(content, wrong)).hasRedundancyTag, false);
  }
  const whole = frame(content, 0xa000 | size);
  assert.equal(decode(whole, whole.length + 1).hasRedundancyTag, false);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame, decodeInner } from './decode.ts';
import { IpProtocol, PACKET_PROBLEMS, Packet } from './packet.ts';
import { big16, counting, ethernet, hexBytes, ipv4, ipv6, join, tcp, udp } from './sample-frames.ts';

const OUTER = { source: Uint8Array.of(10, 0, 0, 1), destination: Uint8Array.of(10, 0, 0, 2) };

function decode(frame: Uint8Array, originalLength = frame.length): Packet {
  const packet = new Packet();
  decodeFrame(packet, frame, 0, frame.length, originalLength, LinkType.ethernet);
  return packet;
}

function inDatagram(payload: Uint8Array, port: number, sourcePort = port): Packet {
  return decode(ethernet(0x0800, ipv4({ protocol: 17, ...OUTER }, udp(payload, port, payload.length + 8, sourcePort))));
}

function inGre(content: Uint8Array): Packet {
  return decode(ethernet(0x0800, ipv4({ protocol: 47, ...OUTER }, content)));
}

function problems(packet: Packet): string[] {
  return Array.from(packet.problem.subarray(0, packet.problemCount), (index) => {
    const { layer, rule } = PACKET_PROBLEMS[index]!;
    return `${layer}/${rule}`;
  });
}

const inner = ipv4({ protocol: 6, id: 0x0777 }, tcp({}, counting(5)));

/** An IPv6 packet between Teredo addresses. */
function teredo(payload = udp(counting(5)), length = payload.length): Uint8Array {
  const packet = ipv6(17, payload, length);
  packet.set(hexBytes('20010000'), 8);
  packet.set(hexBytes('20010000'), 24);
  return packet;
}

/** First the outer packet is told, then the inner one. */
function assertBoth(packet: Packet, protocol: number, version: number, name = ''): void {
  assert.deepEqual([packet.ipProtocol, packet.tunnelDepth, problems(packet)], [protocol, 0, []], name);
  assert.equal(packet.bytes[packet.sourceAt], 10, name);
  assert.equal(packet.hasTransport, protocol === IpProtocol.udp, name);
  assert.equal(decodeInner(packet), true, name);
  assert.deepEqual([packet.ipVersion, packet.tunnelDepth, packet.innerLayer], [version, 1, 0], name);
  assert.deepEqual([...packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)], [...counting(5)], name);
  assert.deepEqual(problems(packet), [], name);
}

/** A datagram as any other. */
function assertOuter(packet: Packet, name = ''): void {
  assert.deepEqual([packet.innerLayer, packet.tunnelDepth, problems(packet)], [0, 0, []], name);
}

test('GTP shows the packet of the mobile station behind its optional fields and further headers', () => {
  const gtp = (first: number, optional: string, content = inner): Uint8Array => {
    const fields = hexBytes(optional);
    const head = join(Uint8Array.of(first, 0xff), big16(fields.length + content.length), hexBytes('00000007'));
    return join(head, fields, content);
  };
  assertBoth(inDatagram(gtp(0x30, ''), 2152), 17, 4);
  assertBoth(inDatagram(gtp(0x32, '0001 00 00'), 2152), 17, 4);
  assertBoth(inDatagram(gtp(0x31, '0000 05 00'), 2152, 40_000), 17, 4);
  assertBoth(inDatagram(gtp(0x34, '0000 00 85 01 0009 00'), 2152), 17, 4);
  assertBoth(inDatagram(gtp(0x36, '0001 00 c0 01 0001 85 02 100900000000 00'), 40_000, 2152), 17, 4);
  assertBoth(inDatagram(gtp(0x30, '', ipv6(17, udp(counting(5)))), 2152), 17, 6);
  const others: [string, Uint8Array][] = [
    ['another version', gtp(0x50, '')],
    ['the protocol for charging', gtp(0x20, '')],
    ['another message', gtp(0x30, '').fill(1, 1, 2)],
    ['a length that is not that of the datagram', join(gtp(0x30, ''), Uint8Array.of(0))],
    ['a further header without a length', gtp(0x34, '0000 00 85 00 0009 00')],
    ['a further header beyond the end', gtp(0x34, '0000 00 85 ff 0009 00')],
    ['no packet inside', gtp(0x30, '', counting(40))],
    ['a packet longer than the datagram', gtp(0x30, '', ipv4({ protocol: 6, totalLength: 400 }, tcp({}, counting(5))))],
  ];
  for (const [name, payload] of others) assertOuter(inDatagram(payload, 2152), name);
  assertOuter(inDatagram(gtp(0x30, ''), 2153));
});

test('Teredo shows the packet behind what its servers add, and between clients on any port', () => {
  const authentication = '0001 02 03 6161 626262 0102030405060708 00';
  const origin = '0000 1234 01020304';
  for (const front of ['', origin, authentication, `${authentication}${origin}`]) {
    assertBoth(inDatagram(join(hexBytes(front), teredo()), 3544, 40_000), 17, 6, front);
    assertBoth(inDatagram(join(hexBytes(front), teredo()), 40_000, 3544), 17, 6, front);
  }
  assertBoth(inDatagram(teredo(), 40_000, 40_001), 17, 6);
  const relayed = teredo();
  relayed.set(hexBytes('20010db8'), 8);
  assertBoth(inDatagram(relayed, 40_000, 40_001), 17, 6);
  // Before it has an address, and only to hold a hole open.
  const asking = ipv6(58, hexBytes('8500 0000 00000000'));
  asking.set(hexBytes('fe80'), 8);
  assert.equal(decodeInner(inDatagram(asking, 3544, 40_000)), true);
  assert.equal(decodeInner(inDatagram(join(teredo(new Uint8Array(0)).fill(59, 6, 7), counting(6)), 40_000, 4)), true);
});

test('datagrams that only begin like IPv6 are no Teredo', () => {
  const elsewhere = ipv6(17, udp(counting(5)));
  const others: [string, Packet][] = [
    ['addresses of others', inDatagram(elsewhere, 40_000, 40_001)],
    ['addresses of others at its port', inDatagram(elsewhere, 3544, 40_001)],
    ['a shorter length', inDatagram(join(teredo(), Uint8Array.of(0)), 40_000, 40_001)],
    ['a longer length', inDatagram(teredo(udp(counting(5)), 400), 3544, 40_001)],
    ['over IPv6', decode(ethernet(0x86dd, ipv6(17, udp(teredo(), 3544))))],
    ['an indication beyond the end', inDatagram(join(hexBytes('0001 ffff'), teredo()), 3544)],
    ['an answer of DNS', inDatagram(join(hexBytes('6000 8180 0001 0001 0000 0000'), counting(60)), 40_000, 53)],
  ];
  for (const [name, packet] of others) assertOuter(packet, name);
});

test('AYIYA shows the packet behind a name and a signature of any length', () => {
  const six = ipv6(17, udp(counting(5)));
  const signed = join(hexBytes('41 52 11 29 00000000'), counting(16), counting(20), six);
  assertBoth(inDatagram(signed, 5072, 40_000), 17, 6);
  assertBoth(inDatagram(signed, 40_000, 5072), 17, 6);
  assertBoth(inDatagram(join(hexBytes('21 00 01 29 00000000'), counting(4), six), 5072), 17, 6);
  const others: [string, Uint8Array][] = [
    ['another operation', signed.slice().fill(0x12, 2, 3)],
    ['another next header', signed.slice().fill(6, 3, 4)],
    ['a name beyond the end', signed.slice().fill(0xf1, 0, 1)],
    ['an IPv4 packet', join(hexBytes('21 00 01 29 00000000'), counting(4), inner, counting(40))],
  ];
  for (const [name, payload] of others) assertOuter(inDatagram(payload, 5072), name);
});

test('PPTP shows the packet in PPP, and both ends of the tunnel', () => {
  const pptp = (flags: string, fields: string, ppp: Uint8Array): Uint8Array =>
    join(hexBytes(flags), hexBytes('880b'), big16(ppp.length), hexBytes('0005'), hexBytes(fields), ppp);
  for (const front of ['ff03 0021', 'ff03 21', '0021', '21']) {
    const ppp = join(hexBytes(front), inner);
    assertBoth(inGre(pptp('3001', '00000001', ppp)), 47, 4, front);
    assertBoth(inGre(pptp('3081', '00000001 00000002', ppp)), 47, 4, front);
    // Filled up.
    assertBoth(inGre(join(pptp('3001', '00000001', ppp), new Uint8Array(9))), 47, 4, front);
  }
  const negotiated = inGre(pptp('3001', '00000001', hexBytes('ff03 c021 01 01 0004')));
  assert.equal(decodeInner(negotiated), false);
  assert.deepEqual([negotiated.ipProtocol, negotiated.tunnelDepth, problems(negotiated)], [47, 0, []]);
  assertOuter(inGre(hexBytes('2081 880b 0000 0005 00000002')), 'an acknowledgment');
  assertOuter(inGre(pptp('b001', '00000001', inner)), 'a checksum, which it never has');
  assertOuter(inGre(pptp('1001', '00000001', inner)), 'without a key');
  const longer = pptp('3001', '00000001', inner);
  longer.set([0x7f, 0xff], 4);
  assert.deepEqual(problems(inGre(longer)), ['gre/payload-length-exceeds-packet']);
  assert.deepEqual(problems(inGre(hexBytes('3001 880b 0004 0005 0000'))), ['gre/header-too-short']);
});

test('at most four tunnels are opened, however they are kept up', () => {
  let packet = inner;
  for (let depth = 0; depth < 5; depth++) {
    const gtp = join(hexBytes('30ff'), big16(packet.length), hexBytes('00000007'), packet);
    packet = ipv4({ protocol: 17, ...OUTER }, udp(gtp, 2152));
  }
  const record = decode(ethernet(0x0800, packet));
  let opened = 0;
  while (record.innerLayer !== 0 && decodeInner(record)) opened++;
  assert.deepEqual([opened, record.tunnelDepth, problems(record)], [4, 4, ['ip/tunnel-too-deep']]);
});

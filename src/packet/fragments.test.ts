import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LinkType } from '../capture/frames.ts';
import { ipv4Text, ipv6Text } from './addresses.ts';
import { decodeFrame } from './decode.ts';
import { FragmentTable } from './fragments.ts';
import type { FragmentOptions } from './fragments.ts';
import { PACKET_PROBLEMS, Packet } from './packet.ts';
import {
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

const packet = new Packet();

function feed(table: FragmentTable, frame: Uint8Array, timeUs = 0, originalLength = frame.length): boolean {
  decodeFrame(packet, frame, 0, frame.length, originalLength, LinkType.ethernet);
  packet.timeUs = timeUs;
  assert.equal(packet.isFragment, true);
  return table.add(packet);
}

function problems(): string[] {
  return Array.from(packet.problem.subarray(0, packet.problemCount), (index) => {
    const { layer, rule } = PACKET_PROBLEMS[index]!;
    return `${layer}/${rule}`;
  });
}

function payload(): number[] {
  return [...packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)];
}

interface Cut {
  from: number;
  to: number;
  id?: number;
  protocol?: number;
  source?: Uint8Array;
}

/** The IPv4 fragment with bytes from..to of `whole`; the last one where that is the end. */
function piece(whole: Uint8Array, cut: Cut): Uint8Array {
  const { from, to, id = 7, protocol = 17 } = cut;
  const fields = { protocol, id, offset: from, more: to < whole.length, ...(cut.source && { source: cut.source }) };
  return ethernet(0x0800, ipv4(fields, whole.subarray(from, to)));
}

function piece6(whole: Uint8Array, from: number, to: number, nextHeader = 17): Uint8Array {
  const fragment = ipv6Fragment(nextHeader, from, to < whole.length, 0xdeadbeef, whole.subarray(from, to));
  return ethernet(0x86dd, ipv6(0, ipv6Extension(44, fragment)));
}

test('three fragments in any order become the datagram, with its header and ports', () => {
  const whole = udp(counting(100));
  const cuts: Cut[] = [
    { from: 0, to: 40 },
    { from: 40, to: 80 },
    { from: 80, to: 108 },
  ];
  for (const order of [
    [0, 1, 2],
    [2, 1, 0],
    [1, 2, 0],
    [1, 0, 2],
    [2, 0, 1],
    [0, 2, 1],
  ]) {
    const table = new FragmentTable();
    assert.equal(feed(table, piece(whole, cuts[order[0]!]!)), false);
    assert.equal(feed(table, piece(whole, cuts[order[1]!]!)), false);
    assert.deepEqual([table.pending, table.reassembled], [1, 0]);
    assert.equal(feed(table, piece(whole, cuts[order[2]!]!)), true);
    assert.deepEqual([table.pending, table.pendingBytes, table.reassembled, table.dropped], [0, 0, 1, 0]);
    assert.deepEqual(payload(), [...counting(100)]);
    assert.deepEqual([packet.isFragment, packet.moreFragments, packet.fragmentOffset], [false, false, 0]);
    assert.deepEqual([packet.hasTransport, packet.sourcePort, packet.destinationPort], [true, 40000, 47808]);
    assert.equal(ipv4Text(packet.bytes, packet.sourceAt), '192.168.0.10');
    assert.equal(ipv4Text(packet.bytes, packet.destinationAt), '192.168.0.20');
    assert.equal(packet.sourceMacHigh, 0x8200);
    assert.deepEqual(problems(), []);
    // What stands there can be decoded again as if it had never been cut.
    const again = new Packet();
    decodeFrame(again, packet.bytes, packet.ipStart, packet.frameEnd, packet.frameEnd, LinkType.raw);
    assert.deepEqual([again.isFragment, again.destinationPort, again.problemCount], [false, 47808, 0]);
  }
});

test('IPv6 fragments become the datagram, and extension headers in it are read', () => {
  const whole = ipv6Extension(17, udp(counting(60)));
  const table = new FragmentTable();
  assert.equal(feed(table, piece6(whole, 40, 76, 60)), false);
  assert.equal(feed(table, piece6(whole, 0, 40, 60)), true);
  assert.deepEqual(payload(), [...counting(60)]);
  assert.equal(packet.ipProtocol, 17);
  assert.equal(ipv6Text(packet.bytes, packet.sourceAt), '2001:db8::a');
  assert.equal(ipv6Text(packet.bytes, packet.destinationAt), '2001:db8::14');
  assert.deepEqual(problems(), []);
});

test('datagrams that differ in address, identification, protocol or VLAN are kept apart', () => {
  const whole = udp(counting(24));
  const table = new FragmentTable();
  feed(table, piece(whole, { from: 0, to: 16 }));
  feed(table, piece(whole, { from: 16, to: 32, id: 8 }));
  feed(table, piece(whole, { from: 16, to: 32, protocol: 6 }));
  feed(table, piece(whole, { from: 16, to: 32, source: Uint8Array.of(192, 168, 0, 11) }));
  const last = piece(whole, { from: 16, to: 32 });
  feed(table, ethernet(0x8100, vlanTag(5, 0x0800, last.subarray(14))));
  assert.deepEqual([table.pending, table.reassembled], [5, 0]);
  assert.equal(feed(table, last), true);
});

test('overlapping fragments are a problem, and the bytes that came first win', () => {
  const first = udp(counting(24));
  const second = udp(new Uint8Array(24).fill(0xee));
  const table = new FragmentTable();
  feed(table, piece(first, { from: 0, to: 16 }));
  assert.deepEqual(problems(), []);
  assert.equal(feed(table, piece(second, { from: 8, to: 32 })), true);
  assert.deepEqual(problems(), ['ipv4/fragment-overlap']);
  assert.deepEqual(payload(), [...counting(8), ...new Array<number>(16).fill(0xee)]);

  const table6 = new FragmentTable();
  feed(table6, piece6(first, 0, 16));
  assert.equal(feed(table6, piece6(second, 8, 32)), true);
  assert.deepEqual(problems(), ['ipv6/fragment-overlap']);
});

test('the teardrop, a second piece within the first, is a problem', () => {
  const table = new FragmentTable();
  feed(table, ethernet(0x0800, ipv4({ protocol: 17, id: 1, more: true }, counting(40))));
  assert.equal(feed(table, ethernet(0x0800, ipv4({ protocol: 17, id: 1, offset: 24 }, counting(4)))), false);
  assert.deepEqual(problems(), ['ipv4/fragment-overlap']);
});

test('two last fragments that disagree about the end are a problem', () => {
  const table = new FragmentTable();
  feed(table, ethernet(0x0800, ipv4({ protocol: 17, id: 1, offset: 48 }, counting(8))));
  assert.equal(feed(table, ethernet(0x0800, ipv4({ protocol: 17, id: 1, offset: 56 }, counting(8)))), false);
  assert.deepEqual(problems(), ['ipv4/fragment-overlap']);
});

test('the same fragment once more is no problem', () => {
  const whole = udp(counting(24));
  const table = new FragmentTable();
  feed(table, piece(whole, { from: 0, to: 16 }));
  assert.equal(feed(table, piece(whole, { from: 0, to: 16 })), false);
  assert.deepEqual(problems(), []);
  assert.equal(feed(table, piece(whole, { from: 16, to: 32 })), true);
});

test('a fragment that would make the packet too large is a problem and is not kept', () => {
  const table = new FragmentTable();
  feed(table, ethernet(0x0800, ipv4({ protocol: 1, id: 1, offset: 65528 }, counting(8))));
  assert.deepEqual(problems(), ['ipv4/fragment-beyond-maximum']);
  assert.deepEqual([table.pending, table.unusable], [0, 1]);
});

test('the largest datagram there can be is put together', () => {
  const whole = udp(new Uint8Array(65515 - 8).fill(0x5a));
  const table = new FragmentTable();
  let isWhole = false;
  for (let from = 0; from < whole.length; from += 1480) {
    isWhole = feed(table, piece(whole, { from, to: Math.min(from + 1480, whole.length) }));
  }
  assert.equal(isWhole, true);
  assert.equal(packet.payloadEnd - packet.payloadStart, 65507);
  assert.deepEqual(problems(), []);
});

test('fragments the capture cut are not used and are no problem', () => {
  const frame = piece(udp(counting(100)), { from: 0, to: 80 });
  const table = new FragmentTable();
  assert.equal(feed(table, frame.subarray(0, 60), 0, frame.length), false);
  assert.deepEqual([table.pending, table.unusable, packet.problemCount], [0, 1, 0]);
});

test('a tunnel that was cut into fragments is opened, and fragments inside it are put together, too', () => {
  const datagram = udp(counting(48));
  const innerFragments = [
    ipv4({ protocol: 17, id: 9, more: true }, datagram.subarray(0, 32)),
    ipv4({ protocol: 17, id: 9, offset: 32 }, datagram.subarray(32)),
  ];
  const table = new FragmentTable();
  let id = 0;
  let isWhole = false;
  for (const inner of innerFragments) {
    const gre = join(hexBytes('0000 0800'), inner);
    id++;
    assert.equal(feed(table, piece(gre, { from: 0, to: 16, id, protocol: 47 })), false);
    isWhole = feed(table, piece(gre, { from: 16, to: gre.length, id, protocol: 47 }));
  }
  assert.equal(isWhole, true);
  assert.deepEqual([packet.tunnelDepth, packet.destinationPort], [1, 47808]);
  assert.deepEqual(payload(), [...counting(48)]);
  assert.deepEqual([table.reassembled, table.pending], [3, 0]);
});

function firstPieces(options: FragmentOptions, count: number): FragmentTable {
  const table = new FragmentTable(options);
  for (let id = 0; id < count; id++) feed(table, piece(udp(counting(100)), { from: 0, to: 80, id }));
  return table;
}

test('of too many datagrams the oldest is given up, and the packet that pushed it out is told', () => {
  const table = firstPieces({ datagramsMax: 4 }, 5);
  assert.deepEqual(problems(), ['ipv4/fragments-dropped']);
  assert.deepEqual([table.pending, table.dropped], [4, 1]);
  const rest = (id: number): boolean => feed(table, piece(udp(counting(100)), { from: 80, to: 108, id }));
  assert.equal(rest(4), true);
  assert.equal(rest(1), true);
  assert.equal(rest(0), false);
});

test('of too many bytes the oldest are given up', () => {
  const table = firstPieces({ bytesMax: 1000 }, 50);
  assert.ok(table.pendingBytes <= 1000);
  assert.ok(table.pending > 0 && table.pending < 12);
  assert.equal(table.pending + table.dropped, 50);
});

test('a datagram of too many tiny pieces is given up', () => {
  const table = new FragmentTable({ piecesMax: 16 });
  const whole = udp(counting(400));
  for (let from = 0; from < 17 * 16; from += 16) feed(table, piece(whole, { from, to: from + 8 }));
  assert.deepEqual(problems(), ['ipv4/fragments-dropped']);
  assert.deepEqual([table.pending, table.dropped, table.pendingBytes], [0, 1, 0]);
});

test('a datagram is given up 30 seconds of packet time after its first piece', () => {
  const whole = udp(counting(24));
  const table = new FragmentTable();
  feed(table, piece(whole, { from: 0, to: 16 }), 1_000_000);
  feed(table, piece(whole, { from: 0, to: 16, id: 8 }), 2_000_000);
  assert.equal(feed(table, piece(whole, { from: 16, to: 32 }), 31_000_001), false);
  assert.equal(feed(table, piece(whole, { from: 16, to: 32, id: 8 }), 32_000_000), true);
  assert.equal(table.dropped, 1);
});

test('a flood of fragments stays within its bounds', () => {
  const table = new FragmentTable({ datagramsMax: 64, bytesMax: 65536, piecesMax: 32 });
  let state = 1;
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
    return (state >> 8) % below;
  };
  for (let count = 0; count < 20_000; count++) {
    const fields = { protocol: 17, id: next(200), offset: 8 + next(400) * 8, more: next(8) > 0 };
    feed(table, ethernet(0x0800, ipv4(fields, counting(8 * (1 + next(20))))), count * 100);
    assert.ok(table.pending <= 64 && table.pendingBytes <= 65536 && table.pendingBytes >= 0);
  }
  assert.ok(table.dropped > 0);
});

test('pieces in any order, repeated and overlapping with the same bytes, give the original', () => {
  const arbitraryCuts = fc.record({
    units: fc.integer({ min: 3, max: 60 }),
    tail: fc.nat(7),
    extra: fc.array(fc.tuple(fc.nat(60), fc.integer({ min: 1, max: 20 })), { maxLength: 10 }),
    order: fc.infiniteStream(fc.nat(1000)),
    step: fc.integer({ min: 1, max: 2 }),
    isIpv6: fc.boolean(),
  });
  fc.assert(
    fc.property(arbitraryCuts, ({ units, tail, extra, order, step, isIpv6 }) => {
      const size = units * 8 + tail;
      const whole = tcp({}, counting(size - 20));
      const cuts: [number, number][] = [];
      for (let from = 0; from < size; from += step * 8) cuts.push([from, Math.min(from + step * 8, size)]);
      for (const [at, length] of extra) {
        const from = (at % units) * 8;
        const to = Math.min(from + length * 8, size);
        // The whole in one piece would be no fragment.
        if (to - from < size) cuts.push([from, to]);
      }
      const shuffled = cuts
        .map((cut) => ({ cut, key: order.next().value as number }))
        .sort((left, right) => left.key - right.key);
      const table = new FragmentTable();
      let wholeCount = 0;
      for (const { cut } of shuffled) {
        const frame = isIpv6
          ? piece6(whole, cut[0], cut[1], 6)
          : piece(whole, { from: cut[0], to: cut[1], protocol: 6 });
        if (!feed(table, frame)) continue;
        wholeCount++;
        assert.deepEqual(payload(), [...counting(size - 20)]);
      }
      assert.ok(wholeCount >= 1);
    }),
    { seed: 815, numRuns: 1000 },
  );
});

test('pieces with different bytes give, at every place, those of the piece that came first', () => {
  const arbitraryPiece = fc.record({ from: fc.nat(15), units: fc.integer({ min: 1, max: 15 }), value: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(arbitraryPiece, { maxLength: 12 }), (pieces) => {
      const size = 16 * 8;
      const expected = new Array<number>(size).fill(-1);
      const table = new FragmentTable();
      const all = [...pieces, { from: 0, units: 8, value: 1 }, { from: 8, units: 8, value: 2 }];
      for (const { from, units, value } of all) {
        const to = Math.min(from + units, 16) * 8;
        const bytes = new Uint8Array(to - from * 8).fill(value);
        const frame = ethernet(0x0800, ipv4({ protocol: 99, id: 3, offset: from * 8, more: to < size }, bytes));
        for (let at = from * 8; at < to; at++) if (expected[at] === -1) expected[at] = value;
        if (feed(table, frame)) {
          assert.deepEqual([...packet.bytes.subarray(packet.ipPayloadStart, packet.ipPayloadEnd)], expected);
          return;
        }
      }
      assert.fail('never whole');
    }),
    { seed: 99, numRuns: 1000 },
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { decodeFrame } from './decode.ts';
import { DuplicateFilter } from './duplicates.ts';
import { Packet } from './packet.ts';
import { arp, big16, counting, ethernet, hexBytes, ipv4, ipv6, join, tcp, udp, vlanTag } from './sample-frames.ts';

const packet = new Packet();

function feed(filter: DuplicateFilter, frame: Uint8Array, timeUs: number): boolean {
  decodeFrame(packet, frame, 0, frame.length, frame.length, LinkType.ethernet);
  packet.timeUs = timeUs;
  return filter.isDuplicate(packet);
}

/** Whether `second`, so long after `first`, is taken for its duplicate. */
function isPair(first: Uint8Array, second: Uint8Array, afterUs: number): boolean {
  const filter = new DuplicateFilter();
  const start = 1_700_000_000_000_000;
  assert.equal(feed(filter, first, start), false);
  return feed(filter, second, start + afterUs);
}

const request = tcp({}, counting(12));

test('a TCP segment seen again within 20 ms is a duplicate, and later is not', () => {
  const frame = ethernet(0x0800, ipv4({ protocol: 6 }, request));
  assert.equal(isPair(frame, frame, 0), true);
  assert.equal(isPair(frame, frame, 20_000), true);
  assert.equal(isPair(frame, frame, 20_001), false);
});

test('VLAN tags, and for IP the MAC addresses, the hop count, the header checksum and padding, may differ', () => {
  const first = ethernet(0x0800, ipv4({ protocol: 6 }, request));
  const tagged = ethernet(0x8100, vlanTag(12, 0x0800, ipv4({ protocol: 6 }, request)));
  const routed = ethernet(0x0800, ipv4({ protocol: 6, ttl: 63 }, request));
  routed[0] = 0x0e;
  routed[24] = 0x77;
  for (const second of [tagged, routed, join(first, new Uint8Array(6))]) assert.equal(isPair(first, second, 50), true);
  const six = ethernet(0x86dd, ipv6(6, request));
  const sixRouted = six.slice();
  sixRouted[21] = 60;
  assert.equal(isPair(six, sixRouted, 50), true);
});

test('packets that differ in any field that counts are no duplicates', () => {
  const first = ethernet(0x0800, ipv4({ protocol: 6 }, request));
  const others = [
    ipv4({ protocol: 6, id: 0x1235 }, request),
    ipv4({ protocol: 6, source: Uint8Array.of(192, 168, 0, 11) }, request),
    ipv4({ protocol: 6, destination: Uint8Array.of(192, 168, 0, 21) }, request),
    ipv4({ protocol: 6 }, tcp({ source: 49153 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({ destination: 503 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({ sequence: 1 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({ acknowledgment: 1 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({ flags: 0x10 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({ window: 8191 }, counting(12))),
    ipv4({ protocol: 6 }, tcp({}, counting(11))),
    ipv4({ protocol: 6 }, tcp({}, counting(12).reverse())),
  ];
  for (const other of others) assert.equal(isPair(first, ethernet(0x0800, other), 10), false);
  const checksum = first.slice();
  checksum[50] = 1;
  assert.equal(isPair(first, checksum, 10), false);
});

test('every byte of a UDP payload counts', () => {
  for (const [size, build] of [
    [700, (payload: Uint8Array) => ipv4({ protocol: 17 }, udp(payload))],
    [700, (payload: Uint8Array) => ipv6(17, udp(payload))],
  ] as const) {
    const payload = counting(size);
    const first = ethernet(0x0800, build(payload));
    if (first[14]! >> 4 === 6) first.set(big16(0x86dd), 12);
    for (let at = 0; at < size; at++) {
      const second = first.slice();
      second[first.length - size + at]! ^= 0x10;
      assert.equal(isPair(first, second, 10), false, `byte ${at} of ${size}`);
    }
  }
});

test('a TCP payload counts with its ends, and in between through its checksum', () => {
  const size = 1000;
  const first = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({}, counting(size))));
  for (const at of [0, 3, 996, 999]) {
    const second = first.slice();
    second[first.length - size + at]! ^= 0x10;
    assert.equal(isPair(first, second, 10), false);
  }
  const checksumAt = 14 + 20 + 16;
  for (let at = 4; at < size - 4; at++) {
    const second = first.slice();
    second[first.length - size + at]! ^= 0x10;
    // What the sender's checksum becomes when a bit of an even or odd byte turns over.
    second[checksumAt + (at & 1)]! ^= 0x10;
    assert.equal(isPair(first, second, 10), false, `byte ${at}`);
  }
  for (const short of [1, 2, 3]) {
    const frame = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({}, counting(short))));
    const other = frame.slice();
    other[frame.length - 1]! ^= 0x10;
    assert.equal(isPair(frame, other, 10), false, `${short} bytes`);
  }
});

test('a cyclic datagram without a number of its own is only a duplicate within 2 ms', () => {
  const frames = [
    ethernet(0x0800, ipv4({ protocol: 17, id: 0 }, udp(counting(20)))),
    ethernet(0x86dd, ipv6(17, udp(counting(20)))),
    ethernet(0x0806, arp(1)),
    ethernet(0x8892, counting(40)),
  ];
  for (const frame of frames) {
    assert.equal(isPair(frame, frame, 2_000), true);
    assert.equal(isPair(frame, frame, 2_001), false);
  }
  const numbered = ethernet(0x0800, ipv4({ protocol: 17, id: 9 }, udp(counting(20))));
  assert.equal(isPair(numbered, numbered, 20_000), true);
});

test('frames that are not IP keep their MAC addresses and lose a tag or its padding', () => {
  const first = join(ethernet(0x0806, arp(1)), new Uint8Array(18));
  const tagged = join(ethernet(0x8100, vlanTag(2, 0x0806, arp(1))), new Uint8Array(14));
  assert.equal(isPair(first, tagged, 10), true);
  const other = first.slice();
  other[11]! ^= 1;
  assert.equal(isPair(first, other, 10), false);
});

test('fragments of one datagram are not taken for one another', () => {
  const part = (offset: number): Uint8Array =>
    ethernet(0x0800, ipv4({ protocol: 17, offset, more: true }, new Uint8Array(64)));
  assert.equal(isPair(part(0), part(64), 10), false);
  assert.equal(isPair(part(64), part(64), 10), true);
});

test('the copy that came over the other LAN is a duplicate within 500 ms', () => {
  const copy = (lan: number, sequence: number, content: Uint8Array): Uint8Array =>
    join(content, big16(sequence), big16((lan << 12) | (content.length - 14 + 6)), hexBytes('88fb'));
  for (const content of [
    ethernet(0x88b8, counting(60)),
    ethernet(0x0800, ipv4({ protocol: 17, id: 0 }, udp(counting(30)))),
  ]) {
    assert.equal(isPair(copy(0xa, 5, content), copy(0xb, 5, content), 500_000), true);
    assert.equal(isPair(copy(0xa, 5, content), copy(0xb, 5, content), 500_001), false);
    assert.equal(isPair(copy(0xa, 5, content), copy(0xb, 6, content), 10), false);
    const other = content.slice();
    other[11]! ^= 1;
    assert.equal(isPair(copy(0xa, 5, content), copy(0xb, 5, other), 10), false);
  }
  const tagged = (path: number): Uint8Array =>
    ethernet(0x892f, join(big16((path << 12) | 70), big16(5), big16(0x88b8), counting(60)));
  assert.equal(isPair(tagged(0), tagged(1), 100_000), true);
});

test('a used PRP number does not hide a frame with other contents', () => {
  const copy = (content: Uint8Array): Uint8Array =>
    join(content, big16(5), big16(0xa000 | (content.length - 14 + 6)), hexBytes('88fb'));
  const good = copy(ethernet(0x0800, ipv4({ protocol: 17 }, udp(counting(30)))));
  const evil = copy(ethernet(0x0800, ipv4({ protocol: 17 }, udp(counting(30).reverse()))));
  assert.equal(isPair(good, evil, 10), false);
});

test('where the capture clock jumps back, frames are judged by their own time', () => {
  const filter = new DuplicateFilter();
  const frame = ethernet(0x0806, arp(1));
  assert.equal(feed(filter, frame, 50_000_000), false);
  const again = (capturedUs: number): boolean => {
    decodeFrame(packet, frame, 0, frame.length, frame.length, LinkType.ethernet);
    packet.timeUs = 50_000_000;
    return filter.isDuplicate(packet, capturedUs);
  };
  assert.deepEqual([again(1_000_000), again(2_000_000), again(2_000_100)], [false, false, true]);
});

test('of IPv6 packets without transport the extension headers count', () => {
  const report = hexBytes('83 00 0000 00000000 ff020000000000000000000000000001');
  const bare = ethernet(0x86dd, ipv6(58, report));
  const withOption = ethernet(0x86dd, ipv6(0, join(hexBytes('3a00 0502 0000 0100'), report)));
  assert.equal(isPair(bare, withOption, 10), false);
  assert.equal(isPair(withOption, withOption, 10), true);
});

test('a sender that repeats itself is seen once in every window', () => {
  const filter = new DuplicateFilter();
  const frame = ethernet(0x0800, ipv4({ protocol: 6 }, request));
  const seen: boolean[] = [];
  for (let timeUs = 0; timeUs <= 60_000; timeUs += 15_000) seen.push(feed(filter, frame, timeUs));
  assert.deepEqual(seen, [false, true, false, true, false]);
  assert.equal(filter.duplicates, 2);
});

test('the first frame of all is no duplicate, even at time 0', () => {
  assert.equal(feed(new DuplicateFilter(), ethernet(0x0800, ipv4({ protocol: 6 }, request)), 0), false);
});

test('a thousand copies between other frames are all found, with any seed', () => {
  for (const seed of [0, 12345]) {
    const filter = new DuplicateFilter(seed);
    let found = 0;
    for (let count = 0; count < 1000; count++) {
      const frame = ethernet(0x0800, ipv4({ protocol: 6 }, tcp({ sequence: count * 12 }, counting(12))));
      if (feed(filter, frame, count * 100)) assert.fail('a new segment is no duplicate');
      const other = ethernet(
        0x0800,
        ipv4({ protocol: 6 }, tcp({ destination: 102, sequence: count * 12 }, counting(12))),
      );
      if (feed(filter, other, count * 100 + 1)) assert.fail('a new segment is no duplicate');
      if (feed(filter, frame, count * 100 + 2)) found++;
    }
    // Of 1,000 pairs one frame in between wants the same of 8,192 slots about 0.12 times.
    assert.ok(found >= 998, `${found} found`);
  }
});

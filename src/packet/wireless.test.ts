import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { macText } from './addresses.ts';
import { decodeFrame, decodeInner } from './decode.ts';
import { PACKET_PROBLEMS, PROTECTED_WIRELESS, Packet } from './packet.ts';
import { arp, big16, counting, ethernet, hexBytes, ipv4, join, tcp } from './sample-frames.ts';

const FIRST = hexBytes('02 00 00 00 00 01');
const SECOND = hexBytes('02 00 00 00 00 02');
const THIRD = hexBytes('02 00 00 00 00 03');
const FOURTH = hexBytes('02 00 00 00 00 04');
const SNAP = hexBytes('aaaa03 000000 0800');

function decode(frame: Uint8Array, linkType: number = LinkType.wireless, originalLength = frame.length): Packet {
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

function segment(id = 0x0777): Uint8Array {
  return ipv4({ protocol: 6, id }, tcp({}, counting(5)));
}

/** `piece`: low bits of the sequence number. */
function data(control: string, behind: Uint8Array, fourth: Uint8Array = new Uint8Array(0), piece = 0): Uint8Array {
  return join(
    hexBytes(control),
    hexBytes('0000'),
    FIRST,
    SECOND,
    THIRD,
    Uint8Array.of(0x10 | piece, 0),
    fourth,
    behind,
  );
}

/** The last digits of source and destination. */
function ends(packet: Packet): string {
  if (!packet.hasMac) return 'none';
  const source = macText(packet.sourceMacHigh, packet.sourceMacLow);
  return `${source.slice(-1)} to ${macText(packet.destinationMacHigh, packet.destinationMacLow).slice(-1)}`;
}

test('source and destination are read by whether the frame goes to or comes from the distribution system', () => {
  const content = join(SNAP, segment());
  const cases: [string, Uint8Array, string][] = [
    ['0800', data('0800', content), '2 to 1'],
    ['0801', data('0801', content), '2 to 3'],
    ['0802', data('0802', content), '3 to 1'],
    ['0803', data('0803', content, FOURTH), '4 to 3'],
  ];
  for (const [name, frame, expected] of cases) {
    const packet = decode(frame);
    assert.equal(ends(packet), expected, name);
    assert.deepEqual([packet.ipId, packet.destinationPort, packet.tunnelDepth], [0x0777, 502, 0], name);
    assert.deepEqual(problems(packet), [], name);
  }
});

test('quality of service, high throughput control and the control of a mesh are stepped over', () => {
  const content = join(SNAP, segment());
  assert.equal(decode(data('8801', join(hexBytes('0000'), content))).ipId, 0x0777);
  assert.equal(decode(data('8881', join(hexBytes('0000 00000000'), content))).ipId, 0x0777);
  // Outside of a mesh the same bit says something else.
  const bridged = decode(data('8803', join(hexBytes('0001'), content), FOURTH));
  assert.deepEqual([bridged.ipId, ends(bridged)], [0x0777, '4 to 3']);
  const mesh = decode(data('8803', join(hexBytes('0001 00 1f 00000001'), content), FOURTH));
  assert.deepEqual([mesh.ipId, ends(mesh)], [0x0777, '4 to 3']);
  const fifth = hexBytes('02 00 00 00 00 05');
  const sixth = hexBytes('02 00 00 00 00 06');
  const carried = decode(data('8803', join(hexBytes('0001 02 1f 00000001'), fifth, sixth, content), FOURTH));
  assert.deepEqual([carried.ipId, ends(carried)], [0x0777, '6 to 5']);
});

test('address resolution over a wireless network is read as on a cable', () => {
  const packet = decode(data('0802', join(hexBytes('aaaa03 000000 0806'), arp(1))));
  assert.deepEqual([packet.hasArp, packet.arpOperation, ends(packet)], [true, 1, '3 to 1']);
});

test('an encrypted frame shows its stations and nothing else', () => {
  const packet = decode(data('0841', join(hexBytes('0100002000000000'), SNAP, segment())));
  assert.deepEqual([packet.etherType, packet.ipVersion, packet.llcSap], [PROTECTED_WIRELESS, 0, -1]);
  assert.equal(ends(packet), '2 to 3');
});

test('frames of management and control, without data, and pieces of frames show nobody', () => {
  const content = join(SNAP, segment());
  const frames: Uint8Array[] = [
    data('8000', content),
    data('4801', new Uint8Array(0)),
    data('c801', hexBytes('0000')),
    data('0805', content),
    data('0801', content, new Uint8Array(0), 1),
    data('0901', content),
    hexBytes('d400 0000 020000000001'),
  ];
  for (const frame of frames) {
    const packet = decode(frame);
    assert.deepEqual([ends(packet), packet.ipVersion, problems(packet)], ['none', 0, []], frame.toHex());
  }
});

function subframe(id: number, padding: boolean): Uint8Array {
  const content = join(SNAP, segment(id));
  return join(FOURTH, THIRD, big16(content.length), content, new Uint8Array(padding ? -(14 + content.length) & 3 : 0));
}

/** Identification of every packet in a frame. */
function identifications(frame: Uint8Array, linkType: number = LinkType.wireless): number[] {
  const packet = decode(frame, linkType);
  // The tunnel's own packet comes first.
  if (linkType === LinkType.ethernet) assert.equal(decodeInner(packet), true);
  const found = [packet.ipId];
  while (packet.innerLayer !== 0) {
    assert.equal(decodeInner(packet), true);
    assert.equal(ends(packet), '3 to 4');
    assert.deepEqual([packet.destinationPort, problems(packet)], [502, []]);
    found.push(packet.ipId);
  }
  return found;
}

test('of several frames in one each is read, between its own two hosts', () => {
  const all = join(subframe(1, true), subframe(2, true), subframe(3, false));
  assert.deepEqual(identifications(data('8801', join(hexBytes('8000'), all))), [1, 2, 3]);
  assert.equal(ends(decode(data('8802', join(hexBytes('8000'), all)))), '3 to 4');
  // As an access point of Aruba hands it to its controller.
  const gre = join(hexBytes('0000 8240'), data('8801', join(hexBytes('8000'), all)));
  assert.deepEqual(identifications(ethernet(0x0800, ipv4({ protocol: 47 }, gre)), LinkType.ethernet), [1, 2, 3]);
});

test('one of several frames that says it is longer than the frame is a problem', () => {
  const packet = decode(data('8801', join(hexBytes('8000'), FOURTH, THIRD, hexBytes('7fff'), SNAP)));
  assert.deepEqual([problems(packet), packet.ipVersion], [['wireless/subframe-exceeds-frame'], 0]);
  assert.deepEqual(problems(decode(data('8801', join(hexBytes('8000'), FOURTH)))), ['wireless/header-too-short']);
  assert.deepEqual(problems(decode(data('0801', new Uint8Array(0)).subarray(0, 20))), ['wireless/header-too-short']);
});

test('radiotap tells of the check sequence, of room in front of the data, and of frames that were received wrong', () => {
  const frame = data('8801', join(hexBytes('0000'), SNAP, segment()));
  const sum = hexBytes('00112233');
  const cases: [string, Uint8Array, boolean][] = [
    ['0000 0800 00000000', frame, true],
    // The flags stand behind the time, which stands at a multiple of eight; behind a second word, too.
    ['0000 1100 03000000 0000000000000000 10', join(frame, sum), true],
    ['0000 0900 02000000 10', join(frame, sum), true],
    ['0000 1100 02000080 00000080 00000000 10', join(frame, sum), true],
    ['0000 1900 03000080 00000000 00000000 0000000000000000 10', join(frame, sum), true],
    ['0000 0900 02000000 20', join(frame.subarray(0, 26), hexBytes('0000'), frame.subarray(26)), true],
    ['0000 0900 02000000 50', join(frame, sum), false],
    ['0100 0800 00000000', frame, false],
    ['0000 0700 00000000', frame, false],
  ];
  for (const [header, content, isRead] of cases) {
    const packet = decode(join(hexBytes(header), content), LinkType.radiotap);
    assert.deepEqual([packet.ipId, problems(packet)], [isRead ? 0x0777 : 0, []], header);
  }
  // Without IP's own length the sequence would be part of the message.
  const asking = data('0802', join(hexBytes('aaaa03 000000 0806'), arp(1)));
  const packet = decode(join(hexBytes('0000 0900 02000000 10'), asking, sum), LinkType.radiotap);
  assert.equal(packet.hasArp, true);
});

test('Prism and AVS headers are stepped over, also AVS under the number of Prism', () => {
  const frame = data('0801', join(SNAP, segment()));
  const prism = join(hexBytes('44000000 90000000'), new Uint8Array(136), frame);
  const avs = join(hexBytes('80211001 00000040'), new Uint8Array(56), frame);
  assert.equal(decode(prism, LinkType.prism).ipId, 0x0777);
  assert.equal(decode(avs, LinkType.prism).ipId, 0x0777);
  assert.equal(decode(avs, LinkType.avs).ipId, 0x0777);
  assert.equal(decode(prism, LinkType.avs).ipVersion, 0);
});

// What the scores count with: credit, forged frames, and the sections of their document.
import assert from 'node:assert/strict';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { Alert, AlertParty } from '../src/facts/alert.ts';
import { internetChecksum, addWords } from '../src/bytes/checksum.ts';
import { credited, packetScore } from './score-credit.ts';
import { changesFor, injected } from './score-changes.ts';
import { connection, fromOtherHost } from './score-forging.ts';
import { endsOf, readFrames, type Frame } from './score-frames.ts';
import { replacedSection, withScratch } from './score-judging.ts';
import { observe } from './score-observed.ts';
import { mixed } from './score-poisoning.ts';

const CLIENT = 100;
const SERVER = 104;

/** A TCP segment of ten bytes to or from port 502. */
function segment(from: number, to: number, timeUs: number): Frame {
  const bytes = new Uint8Array(64);
  bytes.set([0, 0, 0, 0, 0, to, 0, 0, 0, 0, 0, from, 8, 0, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 6, 0, 0]);
  bytes.set([192, 168, 1, from, 192, 168, 1, to], 26);
  bytes.set(to === CLIENT ? [1, 246, 16, 0] : [16, 0, 1, 246], 34);
  bytes[46] = 5 << 4;
  return { number: 0, timeUs, bytes };
}

function party(last: number): AlertParty {
  return { asset: '', segment: 'default', ip: `192.168.1.${last}`, mac: null, port: null, unit: null };
}

function alert(firstUs: number, lastUs: number, frames: readonly number[], hasPeer: boolean): Alert {
  return {
    id: '',
    kind: '',
    module: '',
    severity: 'high',
    title: '',
    explanation: '',
    advice: '',
    subject: party(SERVER),
    peer: hasPeer ? party(CLIENT) : null,
    object: '',
    firstUs,
    lastUs,
    count: 1,
    techniques: [],
    frames,
    framesOmitted: 0,
    incident: null,
  };
}

const labelled = [
  segment(CLIENT, SERVER, 10),
  segment(SERVER, CLIENT, 20),
  segment(CLIENT, 7, 25),
  segment(CLIENT, SERVER, 30),
  segment(CLIENT, SERVER, 40),
].map((frame, index) => ({
  frame: { ...frame, number: index + 1 },
  ends: endsOf(frame.bytes),
  isMalicious: index > 1,
}));

test('an alert is credited with all packets between its hosts from its first moment to its last', () => {
  const hit = credited(labelled, [alert(20, 30, [], true)]);
  assert.deepEqual([...hit], [2, 4]);
  assert.deepEqual(packetScore(labelled, hit), { malicious: 3, credited: 2, found: 1 });
});

test('an alert that names one host is credited with the frames that prove it', () => {
  assert.deepEqual([...credited(labelled, [alert(0, 100, [3], false)])], [3]);
});

test('a forged connection has right lengths, checksums and sequence numbers', () => {
  const request = Uint8Array.of(0, 1, 0, 0, 0, 6, 1, 6, 0, 3, 0, 9);
  const frames = connection(segment(CLIENT, SERVER, 0).bytes, segment(SERVER, CLIENT, 0).bytes, 20_000, 500, [
    { request, answer: request },
  ]);
  assert.equal(frames.length, 8);
  const next = new Map<boolean, number>();
  for (const { bytes } of frames) {
    const ends = endsOf(bytes);
    const isFromClient = ends.targetPort === 502;
    assert.equal(isFromClient ? ends.sourcePort : ends.targetPort, 20_000);
    const total = ends.ipStart + ((bytes[16]! << 8) | bytes[17]!);
    assert.equal(internetChecksum(bytes, 14, 34), 0);
    assert.equal(internetChecksum(bytes, 34, total, addWords(bytes, 26, 34, 6 + total - 34)), 0);
    const view = new DataView(bytes.buffer);
    const sequence = view.getUint32(38);
    const expected = next.get(isFromClient);
    if (expected !== undefined) assert.equal(sequence, expected);
    const isCounted = (bytes[47]! & 3) !== 0;
    next.set(isFromClient, sequence + ends.payloadEnd - ends.payloadStart + (isCounted ? 1 : 0));
  }
  assert.deepEqual([...frames[3]!.bytes.subarray(54, 66)], [...request]);
});

test('a frame from another host keeps its checksums right', () => {
  const bytes = fromOtherHost(segment(CLIENT, SERVER, 0).bytes, true, 77);
  assert.equal(endsOf(bytes).source, '192.168.1.77');
  assert.equal(internetChecksum(bytes, 14, 34), 0);
  assert.equal(internetChecksum(bytes, 34, 64, addWords(bytes, 26, 34, 6 + 30)), 0);
});

test('repeated attacks lie evenly among what is learned, each from its own port', () => {
  const benign = [segment(CLIENT, SERVER, 0), segment(CLIENT, SERVER, 1000)];
  const frames = mixed(benign, [segment(SERVER, CLIENT, 5), segment(CLIENT, SERVER, 6)], 2);
  assert.deepEqual(
    frames.map(({ timeUs }) => timeUs),
    [0, 250, 251, 750, 751, 1000],
  );
  assert.equal(endsOf(frames[1]!.bytes).targetPort, endsOf(frames[2]!.bytes).sourcePort);
  assert.notEqual(endsOf(frames[2]!.bytes).sourcePort, endsOf(frames[4]!.bytes).sourcePort);
});

test('one section of the document is replaced and the rest stays', () => {
  const document = 'a\n<!-- x begins -->\nold\n<!-- x ends -->\nb\n';
  assert.equal(replacedSection(document, 'x', 'new'), 'a\n<!-- x begins -->\n\nnew\n\n<!-- x ends -->\nb\n');
  assert.throws(() => replacedSection(document, 'y', 'new'));
});

test('writes are put only where the capture has none, and are what the decoder reads back', async () => {
  await withScratch(async (directory) => {
    const frames = await readFrames(resolve(import.meta.dirname, '../samples/plant-quiet.pcapng'));
    const seen = await observe(join(directory, 'a.pcap'), frames);
    const [write] = changesFor(seen);
    assert.ok(write !== undefined && write.injections.length === 8);
    const added = injected(write, 0, 8_000_000, 8).flat();
    const again = await observe(join(directory, 'b.pcap'), added);
    assert.equal(again.points.length, 8);
    for (const point of again.points) {
      const before = seen.points.find(
        ({ pair, space, address }) =>
          pair.server === point.pair.server &&
          pair.unit === point.pair.unit &&
          space === point.space &&
          address === point.address,
      );
      assert.ok(before !== undefined && before.reads > 0);
      assert.equal(before.writes, 0);
      assert.equal(point.writes, 1);
    }
  });
});

// Secrets are overwritten in the packet that a frame carries beside another, as they are in any other.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LinkType } from '../capture/frames.ts';
import { SecretPlaces } from '../flow/secret-places.ts';
import { big16, ethernet, hexBytes, ipv4, join, tcp, udp } from '../packet/sample-frames.ts';
import { FrameMask } from './frame-mask.ts';

const SECRET = new TextEncoder().encode('example-pump');
const LINE = join(new TextEncoder().encode('PASS '), SECRET);
const SAID = ipv4({ protocol: 6 }, tcp({ source: 50_000, destination: 21, sequence: 1000 }, LINE));

function masked(frame: Uint8Array, linkType: number): [bytes: number, text: string] {
  const places = new SecretPlaces();
  const client = { address: '192.168.0.10', port: 50_000 };
  places.note(client, { address: '192.168.0.20', port: 21 }, SECRET, 0, SECRET.length, 1005);
  const mask = new FrameMask(places);
  const copy = mask.copy(frame, 0, frame.length, frame.length, linkType);
  return [mask.maskedBytes, Buffer.from(copy).toString('latin1')];
}

test('a password inside a tunnel whose own conversation is kept is masked', () => {
  const gtp = join(hexBytes('30ff'), big16(SAID.length), hexBytes('00000007'), SAID);
  const outer = { protocol: 17, source: Uint8Array.of(10, 0, 0, 1), destination: Uint8Array.of(10, 0, 0, 2) };
  const [bytes, text] = masked(ethernet(0x0800, ipv4(outer, udp(gtp, 2152))), LinkType.ethernet);
  assert.equal(bytes, SECRET.length);
  assert.ok(text.includes('PASS XXXXXXXXXXXX') && !text.includes('pump'));
});

test('a password in the second of several wireless frames in one is masked', () => {
  const content = join(hexBytes('aaaa03 000000 0800'), SAID);
  const subframe = join(hexBytes('020000000001 020000000002'), big16(content.length), content);
  const filled = join(subframe, new Uint8Array(-subframe.length & 3));
  const empty = join(hexBytes('020000000001 020000000002 0008 aaaa03 000000 0842'), new Uint8Array(2));
  const header = join(hexBytes('8801 0000'), new Uint8Array(18), hexBytes('1000 8000'));
  const [bytes, text] = masked(join(header, empty, filled), LinkType.wireless);
  assert.equal(bytes, SECRET.length);
  assert.ok(!text.includes('pump'));
});

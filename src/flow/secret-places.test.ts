// What was marked secret is masked wherever it passes, and nothing else is.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { IpProtocol, Packet } from '../packet/packet.ts';
import { SecretPlaces } from './secret-places.ts';

const CLIENT = { address: '192.0.2.1', port: 50_000 };
const SERVER = { address: '192.0.2.2', port: 21 };

/** A decoded frame from client to server (or back) that carries this payload. */
function frame(payload: string, options: { sequence?: number; isBack?: boolean; udp?: boolean } = {}): Packet {
  const packet = new Packet();
  const bytes = Uint8Array.from([192, 0, 2, 1, 192, 0, 2, 2, ...Buffer.from(payload, 'latin1')]);
  packet.bytes = bytes;
  packet.ipVersion = 4;
  packet.ipProtocol = options.udp === true ? IpProtocol.udp : IpProtocol.tcp;
  packet.hasTransport = true;
  const isBack = options.isBack === true;
  packet.sourceAt = isBack ? 4 : 0;
  packet.destinationAt = isBack ? 0 : 4;
  packet.sourcePort = isBack ? 21 : 50_000;
  packet.destinationPort = isBack ? 50_000 : 21;
  packet.tcpSequence = (options.sequence ?? 0) | 0;
  packet.payloadStart = 8;
  packet.payloadEnd = bytes.length;
  return packet;
}

function payload(packet: Packet): string {
  return Buffer.from(packet.bytes.subarray(packet.payloadStart, packet.payloadEnd)).toString('latin1');
}

function noted(text: string, sequence: number | null): SecretPlaces {
  const places = new SecretPlaces();
  const bytes = Buffer.from(`..${text}..`, 'latin1');
  places.note(CLIENT, SERVER, bytes, 2, 2 + text.length, sequence);
  return places;
}

describe('places of secrets', () => {
  test('a stretch of a stream is masked however it is cut, over the end of the sequence numbers too', () => {
    const places = noted('pw', 0xffff_ffff);
    const cut = [frame('PASS p', { sequence: 0xffff_fffa }), frame('w\r\n', { sequence: 0 })];
    assert.deepEqual(
      cut.map((packet) => [places.mask(packet), payload(packet)]),
      [
        [1, 'PASS X'],
        [1, 'X\r\n'],
      ],
    );
  });

  test('without IP the two are known by their addresses of Ethernet', () => {
    const places = new SecretPlaces();
    const bytes = Buffer.from('..hunter2..', 'latin1');
    places.note(
      { address: '02:00:00:00:00:01', port: 0 },
      { address: '02:00:00:00:00:02', port: 0 },
      bytes,
      2,
      9,
      null,
    );
    const packet = frame('say hunter2');
    packet.ipVersion = 0;
    packet.hasTransport = false;
    packet.linkPayloadStart = 8;
    packet.frameEnd = packet.bytes.length;
    packet.hasMac = true;
    packet.sourceMacHigh = packet.destinationMacHigh = 0x0200;
    packet.sourceMacLow = 2;
    packet.destinationMacLow = 1;
    assert.equal(places.mask(packet), 7);
    assert.equal(payload(packet), 'say XXXXXXX');
    packet.sourceMacLow = 3;
    assert.equal(places.mask(packet), 0);
  });

  test('the same bytes are masked in both directions and in datagrams, other bytes are not', () => {
    const places = noted('hunter2', null);
    const echoed = frame('you said hunter2, hunter2!', { isBack: true, udp: true });
    assert.equal(places.mask(echoed), 14);
    assert.equal(payload(echoed), 'you said XXXXXXX, XXXXXXX!');
    const other = frame('hunter1 hunter3 hunte');
    assert.equal(places.mask(other), 0);
    assert.equal(payload(other), 'hunter1 hunter3 hunte');
  });

  test('a secret of one pair of hosts does not touch what others say', () => {
    const places = new SecretPlaces();
    places.note({ address: '192.0.2.9', port: 1 }, SERVER, Buffer.from('secret'), 0, 6, 0);
    const packet = frame('secret');
    assert.equal(places.mask(packet), 0);
  });

  test('every occurrence is found wherever it stands', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 3, maxLength: 8, unit: fc.constantFrom('a', 'b') }),
        fc.string({ maxLength: 30, unit: fc.constantFrom('a', 'b') }),
        (secret, text) => {
          const packet = frame(text, { udp: true });
          noted(secret, null).mask(packet);
          assert.equal(payload(packet).includes(secret), false);
          assert.equal(payload(packet), text.replaceAll(secret, 'X'.repeat(secret.length)));
        },
      ),
    );
  });

  test('more secrets than can be told apart mask all that the pair says', () => {
    const places = new SecretPlaces();
    const bytes = new Uint8Array(8);
    const view = new DataView(bytes.buffer);
    for (let index = 0; index < 140_000; index++) {
      view.setUint32(0, index);
      places.note(CLIENT, SERVER, bytes, 0, 8, index * 8);
    }
    const packet = frame('anything');
    assert.equal(places.mask(packet), 8);
  });
});

// What is told of the first packets of a conversation: sizes, directions and gaps, once, of at most 32.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FactSink, Trait } from '../facts/facts.ts';
import { FIRST_PACKETS, FirstPackets, type FirstPacketsOf } from './first-packets.ts';

const OF: FirstPacketsOf = {
  timeUs: 5,
  frame: 9,
  client: 1,
  server: 2,
  transport: 'tcp',
  serverPort: 443,
  packets: 3,
  clientIsA: false,
  hasServerSpoken: true,
};

function listening(): { first: FirstPackets; traits: Trait[] } {
  const traits: Trait[] = [];
  return {
    first: new FirstPackets({ trait: (trait: Trait) => void traits.push(trait) } as unknown as FactSink),
    traits,
  };
}

test('sender, size and power of ten of the gap are told of both ends', () => {
  const { first, traits } = listening();
  first.note(3, 0, 0, false, 0);
  first.note(3, 1, 1448, true, 12_345);
  first.note(3, 2, 70_000, false, 9);
  first.tell(3, OF);
  assert.deepEqual(
    traits.map(({ host, trait, value }) => `${host} ${trait} ${value}`),
    ['1 first-packets client tcp 443 c0.0 s1448.4 c32767.0', '2 first-packets server tcp 443 c0.0 s1448.4 c32767.0'],
  );
});

test('of a server that said nothing, nothing is told', () => {
  const { first, traits } = listening();
  first.note(1, 0, 58, true, 0);
  first.tell(1, { ...OF, packets: 1, clientIsA: true, hasServerSpoken: false });
  assert.deepEqual(
    traits.map(({ value }) => value),
    ['client tcp 443 c58.0'],
  );
});

test('a row that was given back starts anew, and rows beyond the first table are kept', () => {
  const { first, traits } = listening();
  for (let index = 0; index < FIRST_PACKETS; index++) first.note(100_000, index, index, true, 0);
  first.tell(100_000, { ...OF, packets: 500, clientIsA: true, hasServerSpoken: false });
  assert.equal(traits[0]!.value.split(' ').length, 3 + FIRST_PACKETS);
  first.note(100_000, 0, 7, true, 0);
  first.tell(100_000, { ...OF, packets: 1, clientIsA: true, hasServerSpoken: false });
  assert.equal(traits[1]!.value, 'client tcp 443 c7.0');
});

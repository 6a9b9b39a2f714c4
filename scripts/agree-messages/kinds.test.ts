// The kinds that decoders name, on the captures that are committed beside each protocol.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { protocols } from '../../src/protocols/index.ts';
import { deafSink } from '../real-captures.ts';
import { ourMessages } from './ours.ts';
import { ROWS } from './rows.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const told = new Map<string, Set<string>>();
for (const path of globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT }).sort()) {
  for (const { protocol, kind } of await ourMessages(join(ROOT, path), deafSink({}))) {
    const kinds = told.get(protocol) ?? new Set();
    told.set(protocol, kinds.add(kind));
  }
}

test('every protocol that lists kinds of messages names some in the committed captures', () => {
  const silent = protocols.filter(({ name, messageKinds }) => messageKinds !== undefined && !told.has(name));
  // Edimax has no software to record; the relatives of DNS share its decoder.
  assert.deepEqual(silent.map(({ name }) => name).sort(), ['edimax', 'llmnr', 'mdns', 'nbns']);
});

test('what is named there is on the list of the protocol', () => {
  const strange = protocols.flatMap(({ name, messageKinds }) =>
    [...(told.get(name) ?? [])]
      .filter((kind) => messageKinds?.includes(kind) === false)
      .map((kind) => `${name}: ${kind}`),
  );
  assert.deepEqual(strange, []);
});

test('no list names a kind twice', () => {
  const twice = protocols
    .filter(({ messageKinds = [] }) => new Set(messageKinds).size !== messageKinds.length)
    .map(({ name }) => name);
  assert.deepEqual(twice, []);
});

test('each row is of a protocol that names its messages', () => {
  const known = new Set(protocols.filter((one) => one.messageKinds !== undefined).map(({ name }) => name));
  const unknown = ROWS.map(({ protocol }) => protocol).filter((name) => name !== 'arp' && !known.has(name));
  assert.deepEqual(unknown, []);
});

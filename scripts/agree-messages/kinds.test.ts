// The kinds that decoders name, on the captures that are committed beside each protocol.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Random } from '../../fuzz/random.ts';
import { protocols } from '../../src/protocols/index.ts';
import { emptyOperation } from '../../src/facts/operation.ts';
import { NO_HOSTS, type MessageContext } from '../../src/facts/protocol.ts';
import type { FactSink } from '../../src/facts/facts.ts';
import { deafSink, readFacts } from '../real-captures.ts';
import { ourMessages } from './ours.ts';
import { ROWS } from './rows.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const OWN = globSync('src/protocols/*/captures/*.{pcap,pcapng}', { cwd: ROOT })
  .sort()
  .map((path) => join(ROOT, path));
const ROUNDS = 400;
/** With these messages begin: numbers, lengths, letters, versions, tags. */
const BYTES = [
  0, 0, 0, 1, 2, 3, 5, 0x0a, 0x0d, 0x16, 0x20, 0x24, 0x2a, 0x30, 0x31, 0x41, 0x48, 0x54, 0x60, 0xa0, 0xfe, 0xff,
];

const told = new Map<string, Set<string>>();
for (const path of OWN) {
  for (const { protocol, kind } of await ourMessages(path, deafSink({}))) {
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

test('who names kinds changes nothing of what is told', async () => {
  for (const path of OWN) {
    const [plain, heard] = [[] as string[], [] as string[]];
    await readFacts(path, factsInto(plain));
    await ourMessages(path, factsInto(heard));
    assert.deepEqual(heard, plain, path);
  }
});

test('whatever the bytes, naming kinds ends and throws nothing', () => {
  const random = new Random(7);
  for (const [index, protocol] of protocols.entries()) {
    const decoder = protocol.start(index);
    if (decoder.tellKinds === undefined) continue;
    for (let round = 0; round < ROUNDS; round++) {
      const bytes = Uint8Array.from(
        { length: 1 + (random.next() % 96) },
        () => BYTES[random.next() % BYTES.length]! ^ (random.next() & 7),
      );
      const context = madeContext(round % 2 === 0, protocol.transports.includes('tcp'));
      decoder.tellKinds(bytes, 0, bytes.length, context, (kind) => {
        assert.ok(kind !== '', protocol.name);
      });
    }
  }
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

function factsInto(lines: string[]): FactSink {
  const note = (fact: object): void => {
    lines.push(JSON.stringify(fact, (_, value: unknown) => (value instanceof Uint8Array ? value.length : value)));
  };
  return {
    operation: note,
    conversation: note,
    login: note,
    transfer: note,
    claim: note,
    violation: note,
    trait: note,
  };
}

function madeContext(fromClient: boolean, isTcp: boolean): MessageContext {
  const sink = deafSink({});
  const parties = { client: 1, server: 2, clientPort: 50_000, serverPort: 9 };
  const rest = { operation: emptyOperation(), sink, hosts: NO_HOSTS };
  return { timeUs: 0, frame: 1, flow: 1, ...parties, fromClient, isTcp, ...rest };
}

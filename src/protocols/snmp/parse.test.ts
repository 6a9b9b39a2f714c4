// Decodes hand-made messages of SNMP, whole, cut and damaged, and the localised keys of RFC 3414 A.3.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import type { Claim, Login, Trait } from '../../facts/facts.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Match, NEED_MORE, NOT_THIS_PROTOCOL, Speaker, type ProtocolDecoder } from '../../facts/protocol.ts';
import { Verb } from '../../facts/verbs.ts';
import {
  bindings,
  community,
  element,
  integer,
  objectId,
  octets,
  pdu,
  text,
  trapV1,
  userMessage,
} from './example-messages.ts';
import { snmp } from './index.ts';
import { Pdu } from './messages.ts';
import { localisedKey } from './usm.ts';

const SYS_DESCRIPTION = '1.3.6.1.2.1.1.1.0';
const SYS_NAME = '1.3.6.1.2.1.1.5.0';
const SECRET = 'example-community';

interface Facts {
  readonly operations: (Operation & { readonly name: string })[];
  readonly logins: { readonly login: Login; readonly right: boolean; readonly wrong: boolean }[];
  readonly claims: Claim[];
  readonly traits: Trait[];
  readonly rules: string[];
  readonly shown: string[];
}

/** What a conversation says; `>` from the client, `<` from the server. */
function factsOf(messages: readonly (readonly ['>' | '<', Uint8Array])[], password = SECRET): Facts {
  const facts: Facts = { operations: [], logins: [], claims: [], traits: [], rules: [], shown: [] };
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) {
      const name = Buffer.from(fact.nameBytes.subarray(fact.nameStart, fact.nameEnd)).toString();
      facts.operations.push({ ...fact, bytes: fact.bytes.slice(), name });
      return;
    }
    facts.shown.push(JSON.stringify(fact), fact.fact === 'violation' ? Buffer.from(fact.bytes).toString('latin1') : '');
    if (fact.fact === 'login') {
      const right = fact.test?.(password) ?? false;
      facts.logins.push({ login: fact, right, wrong: fact.test?.('another') ?? false });
    } else if (fact.fact === 'claim') facts.claims.push(fact);
    else if (fact.fact === 'trait') facts.traits.push(fact);
    else if (fact.fact === 'violation') facts.rules.push(fact.rule);
  };
  const decoder: ProtocolDecoder = snmp.start(0);
  const context = messageContext(sink);
  for (const [side, bytes] of messages) {
    context.fromClient = side === '>';
    decoder.decode(bytes, 0, bytes.length, context);
  }
  decoder.closed(context.flow, context);
  assert.deepEqual(sink.problems, []);
  for (const shown of facts.shown) assert.ok(!shown.includes(SECRET));
  return facts;
}

const GET = community(1, SECRET, pdu(Pdu.get, 7, 0, bindings([SYS_DESCRIPTION, element(5, [])])));
const GOT = community(1, SECRET, pdu(Pdu.response, 7, 0, bindings([SYS_DESCRIPTION, text('Example switch')])));

test('a read and its answer become one operation, a claim, and a login that was accepted', () => {
  const { operations, logins, claims } = factsOf([
    ['>', GET],
    ['<', GOT],
  ]);
  assert.equal(operations.length, 1);
  assert.equal(operations[0]!.name, SYS_DESCRIPTION);
  assert.equal(operations[0]!.verb, Verb.read);
  assert.equal(operations[0]!.outcome, Outcome.ok);
  assert.deepEqual(
    claims.map(({ attribute, value }) => [attribute, value]),
    [['application', 'Example switch']],
  );
  assert.equal(logins.length, 1);
  assert.equal(logins[0]!.login.outcome, 'accepted');
  assert.equal(logins[0]!.login.mechanism, 'snmp-community');
  assert.deepEqual([logins[0]!.right, logins[0]!.wrong], [true, false]);
});

test('a community that nobody answers has an unknown outcome', () => {
  const { operations, logins } = factsOf([['>', GET]]);
  assert.equal(operations[0]!.outcome, Outcome.unanswered);
  assert.equal(logins[0]!.login.outcome, 'unknown');
});

test('a write that is refused has its value and the error', () => {
  const list = bindings(['1.3.6.1.2.1.2.2.1.7.3', integer(2)]);
  const { operations } = factsOf([
    ['>', community(0, SECRET, pdu(Pdu.set, 9, 0, list))],
    ['<', community(0, SECRET, pdu(Pdu.response, 9, 4, list))],
  ]);
  assert.equal(operations.length, 1);
  const [set] = operations;
  assert.equal(set!.verb, Verb.write);
  assert.equal(set!.outcome, Outcome.refused);
  assert.equal(snmp.codeName(set!.code), 'readOnly');
  assert.equal(set!.bytes[set!.valuesStart + set!.valueSize - 1], 2);
});

test('a walk is an enumeration, and a trap a report of the one that sends it', () => {
  const walk = factsOf([['>', community(1, SECRET, pdu(Pdu.getBulk, 1, 0, bindings(['1.3.6.1', element(5, [])])))]]);
  assert.equal(walk.operations[0]!.verb, Verb.enumerate);
  const { operations, logins } = factsOf([['>', trapV1(SECRET, '1.3.6.1.4.1.8072', 6, 17)]]);
  assert.equal(operations[0]!.verb, Verb.report);
  assert.equal(operations[0]!.name, '1.3.6.1.4.1.8072.0.17');
  assert.equal(operations[0]!.requestFrame, 0);
  assert.equal(logins[0]!.login.outcome, 'unknown');
});

test('the localised keys of RFC 3414 A.3 are computed', () => {
  const engine = Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]);
  assert.equal(localisedKey('md5', 'maplesyrup', engine).toString('hex'), '526f5eed9fcce26f8964c2930787d82b');
  assert.equal(localisedKey('sha1', 'maplesyrup', engine).toString('hex'), '6695febc9288e36282235fc7151f128497b38f3f');
});

test('the password of a user of version 3 can be tested against an authenticated message', () => {
  const engine = [0x80, 0, 0x1f, 0x88, 4, 1, 2, 3, 4];
  const body = pdu(Pdu.get, 5, 0, bindings([SYS_NAME, element(5, [])]));
  for (const [hash, size] of [
    ['md5', 12],
    ['sha1', 12],
    ['sha224', 16],
    ['sha256', 24],
    ['sha384', 32],
    ['sha512', 48],
  ] as const) {
    const zeroed = userMessage(5, 5, engine, 'operator', new Array<number>(size).fill(0), body);
    const key = localisedKey(hash, 'correct horse', Uint8Array.from(engine));
    const digest = [...createHmac(hash, key).update(zeroed).digest().subarray(0, size)];
    const { logins, traits } = factsOf(
      [
        ['>', userMessage(5, 5, engine, 'operator', digest, body)],
        ['<', userMessage(5, 1, engine, 'operator', digest, pdu(Pdu.response, 5, 0, bindings([SYS_NAME, text('a')])))],
      ],
      'correct horse',
    );
    assert.equal(logins.length, 1);
    const { login, right, wrong } = logins[0]!;
    assert.deepEqual(
      [login.user, login.outcome, login.mechanism, login.mayWait],
      ['operator', 'accepted', 'snmp-usm', true],
    );
    assert.deepEqual([right, wrong], [true, false], hash);
    assert.deepEqual(
      traits.map(({ trait, value }) => [trait, value]),
      [['snmp-engine-id', '80001f880401020304']],
    );
  }
});

test('a Report of wrong digests refuses the login', () => {
  const engine = [0x80, 0, 0x1f, 0x88, 4, 1];
  const body = pdu(Pdu.get, 5, 0, bindings([SYS_NAME, element(5, [])]));
  const report = pdu(Pdu.report, 0, 0, bindings(['1.3.6.1.6.3.15.1.1.5.0', element(0x41, [1])]));
  const { logins, operations } = factsOf([
    ['>', userMessage(5, 5, engine, 'operator', new Array<number>(12).fill(1), body)],
    ['<', userMessage(5, 0, engine, 'operator', [], report)],
  ]);
  assert.equal(logins[0]!.login.outcome, 'refused');
  assert.equal(snmp.codeName(operations[0]!.code), 'usmStatsWrongDigests');
});

test('a message is recognised on any port, its answer is of the server, and other bytes are not taken', () => {
  const decoder = snmp.start(0);
  assert.equal(decoder.looksLike(GET, 0, GET.length), Match.yes);
  assert.equal(decoder.speaker(GOT, 0, GOT.length), Speaker.server);
  const ldapBind = Uint8Array.of(0x30, 12, 2, 1, 1, 0x60, 7, 2, 1, 3, 4, 0, 0x80, 0);
  assert.equal(decoder.looksLike(ldapBind, 0, ldapBind.length), Match.no);
});

test('a message cut anywhere is a violation that does not show the community', () => {
  for (let size = 0; size < GOT.length; size++) {
    const { operations, rules } = factsOf([['>', GOT.slice(0, size)]]);
    assert.deepEqual(operations, []);
    assert.deepEqual(rules, ['field-invalid']);
  }
});

test('every change of one byte decodes without throwing', () => {
  for (const message of [GET, GOT, trapV1(SECRET, '1.3.6.1.4.1.8072', 6, 17)]) {
    for (let at = 0; at < message.length; at++) {
      for (let value = 0; value < 256; value += 5) {
        const decoder = snmp.start(0);
        const sink = new CheckedSink();
        decoder.decode(message.with(at, value), 0, message.length, messageContext(sink));
        assert.deepEqual(sink.problems, []);
      }
    }
  }
});

test('an octet string of any length is read whole', () => {
  const long = community(
    1,
    SECRET,
    pdu(Pdu.response, 7, 0, bindings([SYS_NAME, octets(new Array<number>(300).fill(65))])),
  );
  assert.equal(factsOf([['<', long]]).claims[0]!.attribute, 'name');
  assert.equal(
    factsOf([
      [
        '<',
        community(1, SECRET, pdu(Pdu.response, 7, 0, bindings(['1.3.6.1.2.1.1.2.0', objectId('1.3.6.1.4.1.9.1.1')]))),
      ],
    ]).claims[0]!.value,
    '1.3.6.1.4.1.9.1.1',
  );
});

test('in a stream a message is as long as it says, and what cannot be one is refused', () => {
  const decoder = snmp.start(0);
  const context = messageContext(new CheckedSink());
  const long = community(
    1,
    SECRET,
    pdu(Pdu.response, 7, 0, bindings([SYS_NAME, octets(new Array<number>(300).fill(65))])),
  );
  for (const message of [GET, GOT, long]) {
    const stream = Uint8Array.from([...message, ...GET]);
    assert.equal(decoder.frameSize(stream, 0, stream.length, context), message.length);
    assert.equal(decoder.frameSize(stream, 0, 1, context), NEED_MORE);
    assert.equal(decoder.looksLike(message, 0, 8), Match.later);
    assert.equal(decoder.looksLike(message, 0, message.length), Match.yes);
  }
  for (const bytes of [[0x31], [0x30, 0x80, 0], [0x30, 0x85, 0, 0, 0, 0, 9], [0x30, 0x83, 1, 0, 0]])
    assert.equal(decoder.frameSize(Uint8Array.from(bytes), 0, bytes.length, context), NOT_THIS_PROTOCOL);
});

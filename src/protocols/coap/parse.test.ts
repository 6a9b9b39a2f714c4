// Decodes hand-made messages of CoAP, whole, cut and damaged.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { Outcome, type Operation } from '../../facts/operation.ts';
import { Match } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { coapBytes, path } from './example-messages.ts';
import { coap } from './index.ts';

/** `VERB name outcome value` of every operation; `>` from the client, `<` from the server. */
function told(messages: readonly (readonly ['>' | '<', Uint8Array])[]): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) lines.push(shown(fact));
    else if (fact.fact === 'violation') lines.push(fact.rule);
    else if (fact.fact === 'transfer') lines.push(`${fact.phase} ${fact.name} ${fact.size} ${fact.isComplete}`);
    else if (fact.fact === 'claim') lines.push(`${fact.attribute} ${fact.host} ${fact.value}`);
  };
  const decoder = coap.start(0);
  const context = messageContext(sink, { isTcp: false, serverPort: 5683 });
  for (const [side, bytes] of messages) {
    context.fromClient = side === '>';
    context.frame++;
    decoder.decode(bytes, 0, bytes.length, context);
  }
  decoder.closed(1, context);
  assert.deepEqual(sink.problems, []);
  return lines;
}

function shown(operation: Operation): string {
  const { verb, nameBytes, nameStart, nameEnd, outcome, client, valueCount, bytes, valuesStart } = operation;
  const name = Buffer.from(nameBytes.subarray(nameStart, nameEnd)).toString();
  const ends = outcome === Outcome.ok ? 'ok' : outcome === Outcome.refused ? `refused ${operation.code}` : 'unanswered';
  const value = valueCount === 0 ? '' : ` ${Buffer.from(bytes).readDoubleBE(valuesStart)}`;
  return `${VERB_NAMES[verb]} ${name} of ${client}: ${ends}${value}`;
}

test('a read is paired with its answer and has its value', () => {
  assert.deepEqual(
    told([
      ['>', coapBytes(1, { options: path('a/b') })],
      ['<', coapBytes(0x45, { type: 2, payload: '-4.25' })],
    ]),
    ['read a/b of 1: ok -4.25'],
  );
});

test('a separate answer has another message id, and what is sent again counts once', () => {
  const request = coapBytes(1, { options: path('slow') });
  assert.deepEqual(
    told([
      ['>', request],
      ['>', request],
      ['<', coapBytes(0, { type: 2, token: [] })],
      ['<', coapBytes(0x45, { type: 0, id: 77, payload: '1' })],
    ]),
    ['read slow of 1: ok 1'],
  );
});

test('the server may ask too, with the same token', () => {
  assert.deepEqual(
    told([
      [
        '>',
        coapBytes(2, {
          options: [
            [11, 'rd'],
            [15, 'ep=pump-7'],
          ],
        }),
      ],
      ['<', coapBytes(2, { options: path('3/0/5') })],
      ['<', coapBytes(0x41, { type: 2 })],
      ['>', coapBytes(0x83, { type: 2 })],
    ]),
    ['name 1 pump-7', 'connect rd of 1: ok', 'factory-reset 3/0/5 of 2: refused 131'],
  );
});

test('what is observed is reported under its path', () => {
  assert.deepEqual(
    told([
      ['>', coapBytes(1, { options: [[6, []], ...path('t')] })],
      ['<', coapBytes(0x45, { type: 2, options: [[6, [1]]], payload: '1' })],
      ['<', coapBytes(0x45, { type: 1, id: 9, options: [[6, [2]]], payload: '2' })],
    ]),
    ['subscribe t of 1: ok 1', 'report t of 1: ok 2'],
  );
});

test('firmware in blocks is one transfer, incomplete where a block is missing', () => {
  const block = (number: number, more: number, size: number): ['>', Uint8Array] => [
    '>',
    coapBytes(3, {
      id: number,
      token: [number],
      options: [...path('5/0/0'), [27, [(number << 4) | more]]],
      payload: new Array<number>(size).fill(1),
    }),
  ];
  const last = (blocks: ['>', Uint8Array][]): string | undefined =>
    told(blocks).find((line) => line.startsWith('ended'));
  assert.equal(last([block(0, 8, 16), block(1, 8, 16), block(2, 0, 3)]), 'ended 5/0/0 35 true');
  assert.equal(last([block(0, 8, 16), block(2, 0, 3)]), 'ended 5/0/0 19 false');
  assert.equal(last([block(0, 8, 16)]), 'ended 5/0/0 16 false');
});

test('a reset refuses the request that it names', () => {
  assert.deepEqual(
    told([
      ['>', coapBytes(3, { id: 5, options: path('x'), payload: '3' })],
      ['<', coapBytes(0, { type: 3, id: 5, token: [] })],
    ]),
    ['write x of 1: refused 256'],
  );
});

test('a request with a path is CoAP on any port, an answer only on its own', () => {
  const decoder = coap.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  assert.equal(match(coapBytes(1, { options: path('a') })), Match.yes);
  assert.equal(match(coapBytes(0x45, { payload: 'x' })), Match.maybe);
  assert.equal(match(coapBytes(0x45, { type: 3 })), Match.no);
  assert.equal(
    match(
      coapBytes(1, {
        options: [
          [21, 'unknown'],
          [23, [1]],
        ],
      }),
    ),
    Match.maybe,
  );
  assert.equal(match(Uint8Array.from([0x80, 1, 0, 1])), Match.no);
  assert.equal(match(Uint8Array.from([...coapBytes(1), 0xff])), Match.no);
});

test('cut anywhere, a message is decoded or broken, never more', () => {
  const whole = coapBytes(2, { options: [...path('rd/long-segment-of-a-path'), [15, 'ep=x']], payload: '12' });
  for (let end = 0; end < whole.length; end++) assert.ok(told([['>', whole.slice(0, end)]]).length <= 1, `${end}`);
});

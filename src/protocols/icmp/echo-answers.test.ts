// Echo replies that bring what was asked, and others.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { icmp } from './index.ts';

interface Echo {
  readonly isReply: boolean;
  readonly sequence: number;
  readonly data: readonly number[];
  readonly identifier?: number;
}

const request = (sequence: number, data: readonly number[]): Echo => ({ isReply: false, sequence, data });
const reply = (sequence: number, data: readonly number[]): Echo => ({ isReply: true, sequence, data });
/** A time in front, a pattern behind it; `own` what this one says itself. */
const data = (size: number, own = 0, time = 0): number[] =>
  Array.from({ length: size }, (_, at) => (at < 16 ? time & 0xff : (at + own) & 0xff));

function told(echoes: readonly Echo[], stepUs = 1e6): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('fact' in fact && fact.fact === 'trait' && fact.trait === 'icmp-unlike')
      lines.push(`${fact.host} ${fact.value}`);
  };
  const decoder = icmp.start(0);
  echoes.forEach(({ isReply, sequence, data: content, identifier = 77 }, index) => {
    const head = [isReply ? 0 : 8, 0, 0, 0, identifier >> 8, identifier & 0xff, sequence >> 8, sequence & 0xff];
    const bytes = Uint8Array.from([...head, ...content]);
    const timeUs = 1_700_000_000_000_000 + index * stepUs;
    decoder.decode(bytes, 0, bytes.length, messageContext(sink, { isTcp: false, fromClient: !isReply, timeUs }));
  });
  assert.deepEqual(sink.problems, []);
  return lines;
}

const many = (make: (index: number) => Echo[], count = 60): Echo[] =>
  Array.from({ length: count }, (_, index) => make(index)).flat();

test('answers that bring something else are told once, with their number', () => {
  const echoes = many((index) => [request(index, data(90, index)), reply(index, data(90, index + 100))]);
  assert.deepEqual(told(echoes), ['1 8 of 8 answers within 16 s']);
});

test('a second answer to each ping, as a tunnel gives it beside that of the system, is told', () => {
  const echoes = many((index) => [
    request(index, data(90, index)),
    reply(index, data(90, index)),
    reply(index, data(70, index + 9)),
  ]);
  assert.deepEqual(told(echoes), ['1 8 of 16 answers within 24 s']);
});

test('answers that nobody asked for yet are told where they differ from each other', () => {
  const pushed = many((index) => [reply(index + 1, data(90, index))]);
  assert.deepEqual(told([request(0, data(90)), ...pushed]), ['1 8 of 8 answers within 9 s']);
  const lost = many((index) => [reply(index + 1, data(90, 0, index))]);
  assert.deepEqual(told([request(0, data(90)), ...lost]), []);
});

test('pings of every size and time, answers cut short or captured before their requests are none', () => {
  const pings = many((index) => [request(index, data(8 * index, 0, index)), reply(index, data(8 * index, 0, index))]);
  assert.deepEqual(told(pings), []);
  const short = many((index) => [request(index, data(200, index)), reply(index, data(32, index))]);
  assert.deepEqual(told(short), []);
  const empty = many((index) => [request(index, data(200, index)), reply(index, [])]);
  assert.deepEqual(told(empty), []);
  const turned = many((index) => [reply(index + 1, data(90, index)), request(index + 1, data(90, index))]);
  assert.deepEqual(told([request(0, data(90)), ...turned]), []);
  const flood = [
    ...many((index) => [request(index, data(90, 0, index))]),
    ...many((index) => [reply(index, data(90, 0, index))]),
  ];
  assert.deepEqual(told(flood), []);
});

test('few such answers, or few in ten minutes, are none', () => {
  const unlike = (index: number): Echo[] => [request(index, data(90, index)), reply(index, data(90, index + 100))];
  assert.deepEqual(told(many(unlike, 7)), []);
  assert.deepEqual(told(many(unlike), 60e6), []);
});

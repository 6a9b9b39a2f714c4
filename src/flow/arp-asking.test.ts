// Who asks for many addresses by ARP is told, with how many answered.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink } from '../../fuzz/checked-sink.ts';
import { ArpAsking } from './arp-asking.ts';

function told(play: (asking: ArpAsking) => void): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if (!('verb' in fact) && fact.fact === 'trait') lines.push(`${fact.host} ${fact.trait} ${fact.value}`);
  };
  play(new ArpAsking(sink));
  return lines;
}

function ask(asking: ArpAsking, count: number, stepUs: number, answers = 0): void {
  for (let index = 0; index < count; index++) {
    asking.asked(7, 1000 + index, 1e9 + index * stepUs, index + 1);
    if (index < answers) asking.answered(7, 1000 + index);
  }
}

test('thirty-two addresses are told, then twice as many, and what answered', () => {
  assert.deepEqual(
    told((asking) => ask(asking, 200, 1e5, 2)),
    [
      '7 arp-asking 32 addresses within 3 s, 30 of them silent so far',
      '7 arp-asking 64 addresses within 6 s, 62 of them silent so far',
      '7 arp-asking 128 addresses within 13 s, 126 of them silent so far',
    ],
  );
});

test('the same few addresses again and again, many in hours, and answers to nobody are not', () => {
  assert.deepEqual(
    told((asking) => {
      for (let round = 0; round < 10; round++) ask(asking, 31, 1);
      asking.answered(9, 5);
    }),
    [],
  );
  assert.deepEqual(
    told((asking) => ask(asking, 200, 60e6)),
    [],
  );
});

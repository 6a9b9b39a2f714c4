// From bytes to what is learned: values of points reach the learning tables from every protocol that carries them, out
// of the captures that the protocols' folders hold.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { PAGE_POINTS } from '../learning/points.ts';
import { protocolOfSpace, spaceOfWord } from '../learning/contexts.ts';
import { protocols } from '../protocols/index.ts';
import { analyze } from './analysis.ts';

const FOLDER = resolve(import.meta.dirname, '../protocols');

/** What carries no values of points: only the fact that a conversation goes on. */
const WITHOUT_POINTS = ['enip-io'];

/** By protocol: points with a value, as `space: value` of some of them. */
async function learnedPoints(): Promise<Map<string, string[]>> {
  const found = new Map<string, string[]>();
  for (const path of globSync('*/captures/*.pcap*', { cwd: FOLDER }).sort()) {
    const { learning } = await analyze({ paths: [join(FOLDER, path)] });
    const { points } = learning;
    for (let page = 1; page <= points.pageCount; page++) {
      const word = points.pageWord(page, 2);
      const protocol = protocols[protocolOfSpace(word)]!;
      const { name } = protocol;
      for (let index = 0; index < PAGE_POINTS; index++) {
        const { last } = points.view(page * PAGE_POINTS + index);
        if (Number.isNaN(last)) continue;
        const list = found.get(name) ?? [];
        found.set(name, list);
        list.push(`${protocol.spaceName(spaceOfWord(word))}: ${last}`);
      }
    }
  }
  return found;
}

const learned = await learnedPoints();

// What IT speaks carries no values of the process.
for (const { name, family } of protocols) {
  if (family === 'it' || family === 'management' || WITHOUT_POINTS.includes(name)) continue;
  test(`values that ${name} carries are learned as points`, () => {
    const points = learned.get(name) ?? [];
    assert.ok(points.length >= 2, `only ${points.length}`);
    assert.ok(new Set(points).size >= 2, 'all the same');
  });
}

test('points of each kind keep the values that stand in the captures', () => {
  const of = (name: string): string => (learned.get(name) ?? []).join('\n');
  assert.match(of('modbus'), /^holding register: /m);
  assert.match(of('iec104'), /float/m);
  assert.match(of('dnp3'), /analog|analogue/im);
  assert.match(of('bacnet'), /present-value: /m);
  assert.match(of('mqtt'), /^(?:topic|metric): -?\d+\.\d+$/m);
  assert.match(of('s7comm'), /^DB\d+/m);
});

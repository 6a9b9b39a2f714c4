import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cutToWidth, displayWidth, severityText, tableLines, wrapped } from './terminal.ts';
import type { TableColumn } from './terminal.ts';

const SEED = 20260101;

test('wide characters take two columns and accents none', () => {
  assert.equal(displayWidth('plant'), 5);
  assert.equal(displayWidth('株式会社'), 8);
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(cutToWidth('株式会社', 5), '株式…');
});

test('cut text is never wider than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, width) => {
      assert.ok(displayWidth(cutToWidth(text, width)) <= width);
    }),
    { seed: SEED },
  );
});

test('wrapped lines fit and lose nothing but the spaces between them', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 4, max: 60 }), (text, width) => {
      const lines = wrapped(text, width);
      for (const line of lines) assert.ok(displayWidth(line) <= width, `${line} is wider than ${width}`);
      assert.equal(lines.join('').replaceAll(' ', ''), text.replaceAll(' ', ''));
    }),
    { seed: SEED },
  );
});

test('a table fits every width, and what matters most stays', () => {
  const column = (title: string, weight: number, cell: string): TableColumn => ({ title, weight, cells: [cell, 'x'] });
  const columns = [
    column('device', Infinity, '192.0.2.10'),
    column('role', 5, 'controller'),
    column('vendor', 4, 'A vendor with a very long name indeed'),
    column('protocols', 1, 'modbus dnp3 s7comm'),
  ];
  for (let width = 40; width < 120; width++) {
    const lines = tableLines({ width, hasColor: false }, '  ', columns);
    for (const line of lines) assert.ok(displayWidth(line) <= width, `${width}: ${line}`);
    assert.match(lines[1]!, /192\.0\.2\.10/);
  }
  assert.match(tableLines({ width: 110, hasColor: false }, '', columns)[0]!, /protocols/);
  assert.doesNotMatch(tableLines({ width: 40, hasColor: false }, '', columns)[0]!, /protocols/);
});

test('a column without content is left out', () => {
  const columns: TableColumn[] = [
    { title: 'device', weight: Infinity, cells: ['a'] },
    { title: 'serial', weight: 1, cells: [''] },
  ];
  assert.deepEqual(tableLines({ width: 80, hasColor: false }, '', columns), ['device', 'a']);
});

test('colour appears only where the terminal has it', () => {
  assert.equal(severityText({ width: 80, hasColor: false }, 'high', 'HIGH'), 'HIGH');
  assert.equal(severityText({ width: 80, hasColor: true }, 'high', 'HIGH'), '\u001b[1;31mHIGH\u001b[0m');
});

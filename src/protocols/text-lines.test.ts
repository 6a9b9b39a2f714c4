// Lines, words and bodies by hand, and cut anywhere.
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { NEED_MORE } from '../facts/protocol.ts';
import { DotBody, LongLines, decimalOf, holdsWord, isWord, lineSize, lineTextEnd, replyCodeOf } from './text-lines.ts';

const of = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'));

test('a line ends with LF or CR LF, and its text before that', () => {
  for (const [text, size, textEnd] of [
    ['ab\r\ncd', 4, 2],
    ['ab\ncd', 3, 2],
    ['\r\n', 2, 0],
    ['a\r\r\n', 4, 1],
  ] as const) {
    const bytes = of(text);
    assert.equal(lineSize(bytes, 0, bytes.length, 100), size);
    assert.equal(lineTextEnd(bytes, 0, size), textEnd);
  }
  assert.equal(lineSize(of('ab'), 0, 2, 100), NEED_MORE);
});

test('a line above the limit comes in pieces that are no whole line, and the next line is one', () => {
  const bytes = of(`${'x'.repeat(25)}\nnext\n`);
  const lines = new LongLines();
  const whole: string[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = lineSize(bytes, at, bytes.length, 10);
    if (lines.isWhole(bytes, at, at + size)) whole.push(Buffer.from(bytes.subarray(at, at + size)).toString());
    at += size;
  }
  assert.deepEqual(whole, ['next\n']);
});

test('words match in any case, numbers up to a maximum, codes with what may follow them', () => {
  assert.ok(isWord(of('sTaT'), 0, 4, 'STAT'));
  assert.ok(!isWord(of('STATS'), 0, 5, 'STAT'));
  assert.ok(holdsWord(of('220 x esmtp'), 0, 11, 'SMTP'));
  assert.equal(decimalOf(of('120'), 0, 3, 120), 120);
  assert.equal(decimalOf(of('121'), 0, 3, 120), -1);
  assert.equal(decimalOf(of('1x'), 0, 2, 120), -1);
  assert.deepEqual(
    ['250 ok', '250-ok', '250', '250x', '099 x', '700 x', '25'].map((text) => replyCodeOf(of(text), 0, text.length)),
    [250, 250, 250, 0, 0, 0, 0],
  );
});

test('a body ends with a dot alone on a line, however it is cut', () => {
  const text = 'a\r\n..\r\n.x\r\nb.\r\n.\r\n';
  const bytes = of(`${text}+OK\r\n`);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 30, maxLength: 30 }), (cuts) => {
      const body = new DotBody();
      body.begin();
      let at = 0;
      for (const cut of cuts) {
        if (!body.isOpen) break;
        const size = body.size(bytes, at, Math.min(bytes.length, at + cut));
        body.pass(bytes, at, at + size);
        at += size;
      }
      assert.equal(body.isOpen, false);
      assert.equal(at, text.length);
    }),
  );
});

test('a body without a byte is its dot', () => {
  const body = new DotBody();
  body.begin();
  assert.equal(body.size(of('.\n+OK\n'), 0, 6), 2);
  body.pass(of('.\n'), 0, 2);
  assert.equal(body.isOpen, false);
});

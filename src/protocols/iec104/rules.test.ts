// Every rule has a message that breaks it, and the README names it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { hexBytes } from '../example-conversation.ts';
import { Talk, addressHex, asduHex, iFrame, sFrame, uFrame } from './example-frames.ts';
import { RULES, type Rule } from './problems.ts';

const POINT = addressHex(1001);
const TIME = 'FC53250D0A071A';
const spontaneous = asduHex(1, 3, `${POINT}01`);

/** The rule, how it is broken, and how often the rule is told in all; no other rule may be told. */
const BROKEN: readonly (readonly [rule: Rule, break_: (talk: Talk) => void])[] = [
  ['length-invalid', (talk) => talk.say(true, hexBytes('68 05 43 00 00 00 00'))],
  ['control-function-invalid', (talk) => talk.say(true, uFrame(0x47))],
  ['control-reserved-bits', (talk) => talk.say(true, hexBytes('68 04 43 00 00 01'))],
  ['control-reserved-bits', (talk) => talk.say(true, hexBytes('68 04 05 00 00 00'))],
  ['control-reserved-bits', (talk) => talk.say(true, hexBytes('68 04 01 00 01 00'))],
  ['send-number-gap', (talk) => talk.tell(spontaneous).say(false, iFrame(2, 0, spontaneous))],
  ['send-number-repeated', (talk) => talk.tell(spontaneous).say(false, iFrame(0, 0, spontaneous))],
  ['receive-number-ahead', (talk) => talk.tell(spontaneous).say(true, sFrame(2)).wait(3_000_000).say(true, sFrame(2))],
  ['receive-number-back', (talk) => talk.tell(spontaneous).tell(spontaneous).say(true, sFrame(2)).say(true, sFrame(1))],
  ['confirmation-unasked', (talk) => talk.say(true, uFrame(0x43)).say(false, uFrame(0x83)).say(false, uFrame(0x83))],
  ['confirmation-differs', (talk) => talk.order(asduHex(45, 6, `${POINT}01`)).tell(asduHex(45, 7, `${POINT}00`))],
  ['data-while-stopped', (talk) => talk.say(true, uFrame(0x13)).say(false, uFrame(0x23)).tell(spontaneous)],
  ['asdu-too-short', (talk) => talk.tell('010103')],
  ['asdu-too-short', (talk) => talk.tell(asduHex(1, 3, `${POINT}01`, { count: 2 }))],
  ['trailing-bytes', (talk) => talk.tell(asduHex(1, 3, `${POINT}0100`))],
  ['type-reserved', (talk) => talk.tell(asduHex(22, 3, `${POINT}01`))],
  ['type-wrong-direction', (talk) => talk.order(spontaneous)],
  ['sequence-not-allowed', (talk) => talk.order(asduHex(45, 6, `${POINT}01`, { isSequence: true }))],
  ['object-count-zero', (talk) => talk.tell(asduHex(1, 3, '', { count: 0 }))],
  ['object-count-not-one', (talk) => talk.order(asduHex(45, 6, `${POINT}01${addressHex(2)}01`, { count: 2 }))],
  ['cause-reserved', (talk) => talk.tell(asduHex(1, 42, `${POINT}01`))],
  ['cause-not-of-type', (talk) => talk.tell(asduHex(1, 6, `${POINT}01`))],
  ['cause-wrong-direction', (talk) => talk.tell(asduHex(45, 6, `${POINT}01`))],
  ['negative-bit-unexpected', (talk) => talk.order(asduHex(45, 6, `${POINT}01`, { isNegative: true }))],
  ['negative-bit-missing', (talk) => talk.tell(asduHex(45, 47, `${POINT}01`))],
  ['command-marked-as-test', (talk) => talk.order(asduHex(45, 6, `${POINT}01`, { isTest: true }))],
  ['common-address-zero', (talk) => talk.tell(asduHex(1, 3, `${POINT}01`, { station: 0 }))],
  ['broadcast-not-allowed', (talk) => talk.order(asduHex(45, 6, `${POINT}01`, { station: 0xffff }))],
  ['object-address-not-zero', (talk) => talk.order(asduHex(100, 6, '01000014'))],
  ['object-address-zero', (talk) => talk.order(asduHex(45, 6, '00000001'))],
  ['object-address-beyond-space', (talk) => talk.tell(asduHex(1, 3, 'FFFFFF0100', { isSequence: true, count: 2 }))],
  ['quality-reserved-bits', (talk) => talk.tell(asduHex(1, 3, `${POINT}03`))],
  ['quality-reserved-bits', (talk) => talk.tell(asduHex(13, 3, `${POINT}0000000002`))],
  ['state-reserved-bits', (talk) => talk.tell(asduHex(39, 3, `${POINT}4000 0000 ${TIME}`))],
  ['state-reserved-bits', (talk) => talk.order(asduHex(45, 6, `${POINT}03`))],
  ['command-state-invalid', (talk) => talk.order(asduHex(46, 6, `${POINT}03`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(45, 6, `${POINT}15`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(49, 6, `${POINT}000001`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(100, 6, '00000013'))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(101, 6, '00000006'))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(105, 6, '00000003'))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(111, 6, `${POINT}000005`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(113, 6, `${POINT}04`))],
  ['qualifier-reserved', (talk) => talk.tell(asduHex(70, 4, '00000003'))],
  ['qualifier-reserved', (talk) => talk.tell(asduHex(120, 13, `${POINT}0100 640000 01`))],
  ['qualifier-reserved', (talk) => talk.tell(asduHex(121, 13, `${POINT}0100 01 640000 01`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(122, 13, `${POINT}0100 00 08`))],
  ['qualifier-reserved', (talk) => talk.tell(asduHex(123, 13, `${POINT}0100 01 05 00`))],
  ['qualifier-reserved', (talk) => talk.order(asduHex(124, 13, `${POINT}0100 01 05`))],
  ['qualifier-reserved', (talk) => talk.tell(asduHex(126, 3, `${POINT}0100 640000 01 ${TIME}`))],
  ['parameter-flags-set', (talk) => talk.order(asduHex(111, 6, `${POINT}000041`))],
  ['not-a-finite-number', (talk) => talk.tell(asduHex(13, 3, `${POINT}0000807F00`))],
  ['not-a-finite-number', (talk) => talk.order(asduHex(50, 6, `${POINT}0000C07F00`))],
  ['test-pattern-invalid', (talk) => talk.order(asduHex(104, 6, '00000055AA'))],
  ['time-invalid', (talk) => talk.order(asduHex(103, 6, '000000FC53250D0A0D1A'))],
  ['time-invalid', (talk) => talk.tell(asduHex(2, 3, `${POINT}01 60EA05`))],
  ['time-invalid', (talk) => talk.order(asduHex(106, 6, '00000060EA'))],
  ['time-reserved-bits', (talk) => talk.tell(asduHex(30, 3, `${POINT}01 FC53254D0A071A`))],
  ['segment-empty', (talk) => talk.tell(asduHex(125, 13, `${POINT}0100 01 00`))],
  [
    'checksum-wrong',
    (talk) =>
      talk
        .tell(asduHex(120, 13, `${POINT}0100 020000 00`))
        .tell(asduHex(121, 13, `${POINT}0100 01 020000 00`))
        .tell(asduHex(125, 13, `${POINT}0100 01 02 0102`))
        .tell(asduHex(123, 13, `${POINT}0100 01 03 04`)),
  ],
  [
    'execute-without-select',
    (talk) => {
      for (const element of ['81', '01', '01']) talk.order(asduHex(45, 6, POINT + element));
    },
  ],
  [
    'execute-differs-from-select',
    (talk) => talk.order(asduHex(45, 6, `${POINT}81`)).order(asduHex(45, 6, `${POINT}00`)),
  ],
];

for (const [index, [rule, break_]] of BROKEN.entries()) {
  test(`example ${index} breaks ${rule} and nothing else`, () => {
    const talk = new Talk();
    break_(talk);
    assert.deepEqual(talk.listener.rules, [rule]);
  });
}

test('every rule has an example, and the README lists it', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  const exemplified = new Set(BROKEN.map(([rule]) => rule));
  for (const rule of RULES) {
    assert.ok(exemplified.has(rule), `${rule} has no example`);
    assert.ok(readme.includes(`\`${rule}\``), `the README does not name ${rule}`);
  }
});

test('a rule is told once for a message, however often it is broken', () => {
  const talk = new Talk().tell(asduHex(1, 3, `${POINT}03 03 03`, { isSequence: true, count: 3 }));
  assert.deepEqual(talk.listener.rules, ['quality-reserved-bits']);
});

test('a time that is marked invalid may be anything', () => {
  const talk = new Talk().tell(asduHex(30, 3, `${POINT}01 FFFF FF FF FF FF FF`));
  assert.deepEqual(talk.listener.rules, []);
});

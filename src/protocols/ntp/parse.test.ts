// Decodes hand-made messages of NTP, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { OUTCOME_NAMES } from '../../facts/operation.ts';
import { Match } from '../../facts/protocol.ts';
import { VERB_NAMES } from '../../facts/verbs.ts';
import { ntp } from './index.ts';

function time(first: number, stratum: number, reference: string | readonly number[]): Uint8Array {
  const bytes = new Uint8Array(48);
  bytes[0] = first;
  bytes[1] = stratum;
  bytes.set(typeof reference === 'string' ? Buffer.from(reference) : reference, 12);
  return bytes;
}

function control(flags: number, text = ''): Uint8Array {
  return Uint8Array.from([0x16, flags, 0, 9, 0, 0, 0, 0, 0, 0, 0, text.length, ...Buffer.from(text)]);
}

function told(messages: readonly (readonly ['>' | '<', Uint8Array])[]): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) {
      const { verb, outcome } = fact;
      lines.push(`${VERB_NAMES[verb]} ${ntp.functionName(fact.function, fact.subfunction)} ${OUTCOME_NAMES[outcome]}`);
    } else if (fact.fact === 'trait') lines.push(`${fact.host} ${fact.value}`);
    else if (fact.fact === 'claim') lines.push(`${fact.host} ${fact.attribute} ${fact.value}`);
    else if (fact.fact === 'violation') lines.push(fact.rule);
  };
  const decoder = ntp.start(0);
  const context = messageContext(sink, { isTcp: false, serverPort: 123 });
  for (const [side, bytes] of messages) {
    context.fromClient = side === '>';
    context.frame++;
    decoder.decode(bytes, 0, bytes.length, context);
  }
  decoder.closed(1, context);
  assert.deepEqual(sink.problems, []);
  return lines;
}

test('a server tells its stratum and reference once, and is taken for a time server', () => {
  const answer = time(0x24, 1, 'GPS');
  assert.deepEqual(
    told([
      ['>', time(0x23, 0, '')],
      ['<', answer],
      ['<', answer],
      ['<', time(0x24, 2, [192, 0, 2, 1])],
    ]),
    [
      '1 client, version 4',
      '2 server, version 4, stratum 1, reference GPS',
      '2 role time server',
      '2 server, version 4, stratum 2, reference 192.0.2.1',
      '2 role time server',
    ],
  );
});

test('a server that is not synchronised is no time server', () => {
  assert.deepEqual(told([['<', time(0xe4, 0, 'RATE')]]), ['2 server, version 4, stratum 0, reference RATE']);
});

test('control requests are operations, and the variables of the system are claims', () => {
  assert.deepEqual(
    told([
      ['>', control(2)],
      ['<', control(0x82, 'version="ntpd 4.2.8", system="Linux"')],
      ['>', control(8)],
      ['<', control(0xc8)],
    ]),
    [
      'identify read variables ok',
      '2 application ntpd 4.2.8',
      '2 operating-system Linux',
      'configure configure refused',
    ],
  );
});

test('the monitor list of mode 7 is an operation', () => {
  assert.deepEqual(
    told([
      ['>', Uint8Array.from([0x17, 0, 3, 42, 0, 0, 0, 0])],
      ['<', Uint8Array.from([0x97, 0, 3, 42, 0, 0, 0, 0])],
    ]),
    ['identify private monitor list ok'],
  );
});

test('private requests for information read, those for peers change something', () => {
  const asked = (code: number): string[] => told([['>', Uint8Array.from([0x17, 0, 3, code, 0, 0, 0, 0])]]);
  assert.deepEqual(asked(8), ['identify private loop filter information unanswered']);
  assert.deepEqual(asked(38), ['identify private kernel information unanswered']);
  assert.deepEqual(asked(10), ['configure private add peer unanswered']);
});

test('cut anywhere, a message is not recognised and breaks one rule', () => {
  const decoder = ntp.start(0);
  const whole = time(0x24, 1, 'GPS');
  assert.equal(decoder.looksLike(whole, 0, 48), Match.maybe);
  for (let end = 0; end < 48; end++) {
    assert.equal(decoder.looksLike(whole, 0, end), Match.no);
    assert.deepEqual(told([['<', whole.slice(0, end)]]), ['header-invalid']);
  }
});

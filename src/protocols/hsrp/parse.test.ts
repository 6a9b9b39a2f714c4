// Decodes hand-made messages of HSRP, versions 1 and 2, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { NO_HOSTS, Match, type HostNaming } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { hsrp } from './index.ts';

const FIRST = hexBytes('00 00 10 03 0a 64 07 00 6578616d706c6500 c0000201');
const SECOND = hexBytes(`01 28 02 00 05 04 0102 020000000001 00000064 00000bb8 00002710 c0000201 ${'00'.repeat(12)}`);
/** The virtual address is host 9. */
const HOSTS: HostNaming = { ...NO_HOSTS, ofIpv4: (bytes, at) => (bytes[at] === 192 ? 9 : 0) };

function told(messages: readonly Uint8Array[]): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'trait') lines.push(`${fact.host} ${fact.trait} ${fact.value}`);
    else if (fact.fact === 'violation') lines.push(fact.rule);
  };
  const decoder = hsrp.start(0);
  const context = messageContext(sink, { isTcp: false, serverPort: 1985, fromClient: true, hosts: HOSTS });
  for (const bytes of messages) decoder.decode(bytes, 0, bytes.length, context);
  return lines;
}

test('the virtual address is shared, told once until something changes', () => {
  const standby = FIRST.slice();
  standby[2] = 8;
  assert.deepEqual(told([FIRST, FIRST, standby]), [
    '1 hsrp group 7, active',
    '9 shared-address hsrp 7',
    '1 hsrp group 7, standby',
    '9 shared-address hsrp 7',
  ]);
});

test('version 2 has larger groups', () => {
  assert.deepEqual(told([SECOND]), ['1 hsrp group 258, standby', '9 shared-address hsrp 258']);
});

test('cut anywhere, a message is not recognised and no address is told', () => {
  const decoder = hsrp.start(0);
  for (const whole of [FIRST, SECOND]) {
    assert.equal(decoder.looksLike(whole, 0, whole.length), Match.maybe);
    for (let end = 0; end < whole.length; end++) {
      assert.equal(decoder.looksLike(whole, 0, end), Match.no);
      assert.ok(told([whole.slice(0, end)]).every((line) => line === 'length-too-short'));
    }
  }
});

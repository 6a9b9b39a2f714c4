// Decodes hand-made advertisements of VRRP and CARP, whole and cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CheckedSink, messageContext } from '../../../fuzz/checked-sink.ts';
import { NO_HOSTS, Match, type HostNaming } from '../../facts/protocol.ts';
import { hexBytes } from '../example-conversation.ts';
import { vrrp } from './index.ts';

const PASSWORD = '7061737377307264';
const SECOND = `2107640101010000c0000201${PASSWORD}`;
const THIRD = `3107640100640000c0000201`;
const THIRD_IPV6 = '310764010064000020010db8000000000000000000000001';
const CARP = `2109000702010000${'00'.repeat(28)}`;
const HOSTS: HostNaming = { ...NO_HOSTS, ofIpv4: () => 9, ofIpv6: () => 6 };

function told(messages: readonly string[], marked: number[] = []): string[] {
  const lines: string[] = [];
  const sink = new CheckedSink();
  sink.onFact = (fact) => {
    if ('verb' in fact) return;
    if (fact.fact === 'trait') lines.push(`${fact.host} ${fact.trait} ${fact.value}`);
    else if (fact.fact === 'violation') lines.push(fact.rule);
  };
  const secrets = { mark: (_: Uint8Array, start: number, end: number): unknown => marked.push(start, end) };
  const context = messageContext(sink, { isTcp: false, hosts: HOSTS, secrets });
  const decoder = vrrp.start(0);
  for (const bytes of messages.map(hexBytes)) decoder.decode(bytes, 0, bytes.length, context);
  assert.deepEqual(sink.problems, []);
  return lines;
}

test('the virtual address is shared, told once until something changes', () => {
  assert.deepEqual(told([THIRD, THIRD, THIRD.replace('310764', '310700')]), [
    '1 vrrp group 7, priority 100',
    '9 shared-address vrrp 7',
    '1 vrrp group 7, gives up',
    '9 shared-address vrrp 7',
  ]);
  assert.equal(told([THIRD_IPV6])[1], '6 shared-address vrrp 7');
});

test('a password in clear is told of and marked as secret, and not shown', () => {
  const marked: number[] = [];
  assert.equal(told([SECOND], marked)[0], '1 vrrp group 7, priority 100, password in clear');
  assert.deepEqual(marked, [12, 20]);
});

test('CARP has no address', () => {
  assert.deepEqual(told([CARP]), ['1 carp group 9, skew 0']);
});

test('cut before the end of its addresses, it is not recognised', () => {
  const whole = hexBytes(THIRD);
  const decoder = vrrp.start(0);
  assert.equal(decoder.looksLike(whole, 0, whole.length), Match.yes);
  for (let end = 0; end < whole.length; end++) {
    assert.equal(decoder.looksLike(whole, 0, end), Match.no);
    assert.deepEqual(told([THIRD.slice(0, 2 * end)]), ['advertisement-invalid']);
  }
});

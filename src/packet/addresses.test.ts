import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ipText, ipv4Text, ipv6Text, macText, macTextAt } from './addresses.ts';
import { hexBytes } from './sample-frames.ts';

test('IPv4 addresses are written in dotted decimal', () => {
  assert.equal(ipv4Text(hexBytes('ff c0 a8 00 fe'), 1), '192.168.0.254');
  assert.equal(ipText(4, hexBytes('00000000'), 0), '0.0.0.0');
});

test('IPv6 addresses are written as RFC 5952 wants them', () => {
  const cases: [string, string][] = [
    ['00000000 00000000 00000000 00000000', '::'],
    ['00000000 00000000 00000000 00000001', '::1'],
    ['fe800000 00000000 00000000 00000000', 'fe80::'],
    ['20010db8 00000000 00000000 0000000a', '2001:db8::a'],
    ['20010db8 00000001 00010001 00010001', '2001:db8:0:1:1:1:1:1'],
    ['20010db8 00000000 00010000 00000001', '2001:db8::1:0:0:1'],
    ['20010db8 00000001 00000000 00000001', '2001:db8:0:1::1'],
    ['20010000 00000001 00000000 00000001', '2001:0:0:1::1'],
    ['20010db8 aaaabbbb ccccdddd eeee0001', '2001:db8:aaaa:bbbb:cccc:dddd:eeee:1'],
    ['00000000 00000000 0000ffff c0000201', '::ffff:192.0.2.1'],
    ['00010000 00000000 00000000 00000000', '1::'],
    ['0abc0000 00000000 00010000 00000000', 'abc::1:0:0:0'],
  ];
  for (const [bytes, text] of cases) {
    assert.equal(ipv6Text(hexBytes(bytes), 0), text);
    assert.equal(ipText(6, hexBytes(`ff${bytes}`), 1), text);
  }
});

test('MAC addresses are the same text from bytes and from the numbers of the record', () => {
  assert.equal(macTextAt(hexBytes('00 00 1b 1b 80 0f a1'), 1), '00:1b:1b:80:0f:a1');
  assert.equal(macText(0x001b, 0x1b800fa1), '00:1b:1b:80:0f:a1');
  assert.equal(macText(0xffff, -1), 'ff:ff:ff:ff:ff:ff');
  assert.equal(macText(0, 0), '00:00:00:00:00:00');
});

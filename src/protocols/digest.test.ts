// Digest credentials against the worked examples of RFC 2617 and RFC 7616.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { authParameters, digestTest, parseDigest } from './digest.ts';

function credentials(text: string) {
  const bytes = Buffer.from(text, 'latin1');
  const parsed = parseDigest(bytes, 0, bytes.length);
  assert.ok(parsed !== null);
  return parsed;
}

const RFC2617 =
  'username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
  'qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f017"';
const RFC7616 =
  'username="Mufasa", realm="http-auth@example.org", uri="/dir/index.html", algorithm=SHA-256, ' +
  'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", nc=00000001, qop=auth, ' +
  'cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", ' +
  'response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"';

describe('digest credentials', () => {
  test('the example of RFC 2617, 3.5 is proven with its password alone', () => {
    const parsed = credentials(RFC2617);
    assert.equal(parsed.user, 'Mufasa');
    const isRight = digestTest(parsed, 'GET')!;
    assert.equal(isRight('Circle Of Life'), true);
    assert.equal(isRight('circle of life'), false);
    assert.equal(digestTest(parsed, 'PUT')!('Circle Of Life'), false);
  });

  test('the SHA-256 example of RFC 7616, 3.9.1 is proven', () => {
    const isRight = digestTest(credentials(RFC7616), 'GET')!;
    assert.equal(isRight('Circle of Life'), true);
    assert.equal(isRight('Circle Of Life'), false);
  });

  test('a session algorithm and the body are part of the response', () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const body = md5('<xml/>');
    const ha1 = md5(`${md5('admin:r:pass')}:n:c`);
    const response = md5(`${ha1}:n:00000001:c:auth-int:${md5(`POST:/x:${body}`)}`);
    const parsed = credentials(
      `username="admin", realm="r", nonce="n", uri="/x", qop=auth-int, nc=00000001, cnonce="c", algorithm=MD5-sess, response="${response}"`,
    );
    assert.equal(digestTest(parsed, 'POST', body)!('pass'), true);
    assert.equal(digestTest(parsed, 'POST', md5(''))!('pass'), false);
    assert.equal(digestTest(parsed, 'POST'), null, 'without the body nothing can be said');
  });

  test('credentials without a quality of protection are those of RFC 2069', () => {
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const response = md5(`${md5('u:r:p')}:n:${md5('GET:/')}`);
    const parsed = credentials(`username="u",realm="r",nonce="n",uri="/",response="${response.toUpperCase()}"`);
    assert.equal(digestTest(parsed, 'GET')!('p'), true);
  });

  test('escapes, missing quotes and junk end somewhere', () => {
    const bytes = Buffer.from('a="x\\"y", b = z ,, junk c="open', 'latin1');
    assert.deepEqual(
      [...authParameters(bytes, 0, bytes.length)],
      [
        ['a', 'x"y'],
        ['b', 'z'],
        ['c', 'open'],
      ],
    );
    for (let end = 0; end <= bytes.length; end++) authParameters(bytes, 0, end);
    assert.equal(parseDigest(bytes, 0, bytes.length), null);
    const unknown = credentials('username="u", nonce="n", response="00", algorithm=ROT13');
    assert.equal(digestTest(unknown, 'GET'), null);
  });
});

// Every way to log in over HTTP, from bytes made by hand: who, with what outcome, and which candidate fits.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { hexBytes } from '../example-conversation.ts';
import { ntlmAuthenticate, ntlmChallenge, ntlmNegotiate } from '../smb/example-messages.ts';
import { Play } from './example-messages.ts';

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n';
const NO = 'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm="x"\r\nContent-Length: 0\r\n\r\n';
const AWAY = 'HTTP/1.1 302 Found\r\nSet-Cookie: SID=1\r\nLocation: /home.html\r\nContent-Length: 0\r\n\r\n';
const BACK = 'HTTP/1.1 302 Found\r\nSet-Cookie: SID=1\r\nLocation: /login.html?e=1\r\nContent-Length: 0\r\n\r\n';

function authorized(value: string, answer: string, candidates: readonly string[]): string[] {
  const head = `GET / HTTP/1.1\r\nAuthorization: ${value}\r\n\r\n`;
  return new Play(...candidates).client(head).server(answer).closed().told();
}

function posted(type: string, content: string, answer: string, candidates: readonly string[]): Play {
  const bytes = Buffer.from(content, 'utf8');
  const head = `POST /login.cgi HTTP/1.1\r\nContent-Type: ${type}\r\nContent-Length: ${bytes.length}\r\n\r\n`;
  return new Play(...candidates).client(head, bytes).server(answer).closed();
}

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

test('Basic: 401 refuses, everything else that answers the request lets in', () => {
  assert.deepEqual(authorized(`Basic ${base64('test:1:34')}`, OK, ['1:34', '34']), ['accepted http-basic test 1:34']);
  assert.deepEqual(authorized(`basic  ${base64('test:1234')}`, NO, ['1234']), ['refused http-basic test 1234']);
  assert.deepEqual(authorized(`Basic ${base64('ü:ä')}`, '', ['ä']), ['unknown http-basic ü ä']);
  assert.deepEqual(authorized(`Basic ${base64('nobody')}`, OK, []), []);
});

test('a secret is overwritten when its login was told', () => {
  const play = new Play('secret')
    .client(`GET / HTTP/1.1\r\nAuthorization: Basic ${base64('a:secret')}\r\n\r\n`)
    .server(OK);
  assert.deepEqual(play.told(), ['accepted http-basic a secret']);
  assert.equal(play.logins[0]!.login.test!('secret'), false);
  assert.equal(typeof play.logins[0]!.login.keyedHash, 'function');
});

test('Digest is recomputed, with a hash of the content for auth-int, and may be tested later', () => {
  const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
  const ha1 = md5('Mufasa:testrealm@host.com:Circle Of Life');
  const auth =
    'username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
    'qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1"';
  const play = new Play('Circle Of Life', 'x').client(
    `GET /dir/index.html HTTP/1.1\r\nAuthorization: Digest ${auth}\r\n\r\n`,
  );
  assert.deepEqual(play.server(OK).told(), ['accepted http-digest Mufasa Circle Of Life']);
  assert.equal(play.logins[0]!.login.mayWait, true);
  const ha2 = md5(`POST:/x:${md5('content')}`);
  const response = md5(`${ha1}:n:00000001:c:auth-int:${ha2}`);
  const integrity =
    'username="Mufasa", realm="testrealm@host.com", nonce="n", uri="/x", qop=auth-int, nc=00000001, cnonce="c", ' +
    `response="${response}"`;
  const head = `POST /x HTTP/1.1\r\nAuthorization: Digest ${integrity}\r\nContent-Length: 7\r\n\r\n`;
  const signed = new Play('Circle Of Life', 'x').client(head, 'con', 'tent').server(OK);
  assert.deepEqual(signed.told(), ['accepted http-digest Mufasa Circle Of Life']);
});

test('a nonce that is too old refuses nobody', () => {
  const stale =
    'HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm="x", stale=true, nonce="y"\r\nContent-Length: 0\r\n\r\n';
  const value = 'Digest username="a", realm="x", nonce="n", uri="/", response="00"';
  assert.deepEqual(authorized(value, stale, ['x']), ['unknown http-digest a ']);
});

test('tokens and unknown schemes are logins that cannot be tested', () => {
  assert.deepEqual(authorized('Bearer mF_9.B5f-4.1JqM', OK, []), ['accepted http-bearer  untested']);
  assert.deepEqual(authorized('Turbo customAuthDataHere', NO, []), ['refused http-turbo  untested']);
  assert.deepEqual(authorized(`Negotiate ${Buffer.from([0x60, 0x82, 1, 2]).toString('base64')}`, OK, []), [
    'accepted kerberos  untested',
  ]);
});

test('NTLM logs in with its third message, which is recomputed over the challenge in the answer', () => {
  // MS-NLMP 4.2.2.2.1: the response of NTLMv1 to 0123456789abcdef with the password `Password`.
  const nt = hexBytes('67c43011f30298a2ad35ece64f16331c44bdbed927841f94');
  const coded = (message: number[]): string => Buffer.from(message).toString('base64');
  const challenge = `HTTP/1.1 401 No\r\nWWW-Authenticate: NTLM ${coded(ntlmChallenge('PORTAL'))}\r\nContent-Length: 0\r\n\r\n`;
  const third = coded(ntlmAuthenticate('Susan', 'DESK', nt));
  const get = (token: string): string => `GET / HTTP/1.1\r\nAuthorization: NTLM ${token}\r\n\r\n`;
  const play = new Play('Password', 'password').client(get(coded(ntlmNegotiate()))).server(challenge);
  assert.deepEqual(play.told(), []);
  assert.deepEqual(play.client(get(third)).server(OK).told(), ['accepted ntlm-v1 Susan Password']);
  assert.equal(play.logins[0]!.login.mayWait, true);
  assert.deepEqual(authorized(`NTLM ${third}`, NO, []), ['refused ntlm-v1-no-challenge Susan untested']);
});

test('forms log in; only a redirect that leads away with a session lets in for certain', () => {
  const type = 'application/x-www-form-urlencoded';
  const form = 'user%5Bname%5D=admin&user%5Bpassword%5D=p%26%C3%A4+x&submit=1';
  const fits = ['p&ä x'];
  assert.deepEqual(posted(type, form, AWAY, fits).told(), ['accepted http-form admin p&ä x']);
  assert.deepEqual(posted(type, form, BACK, fits).told(), ['unknown http-form admin p&ä x']);
  assert.deepEqual(posted(type, form, OK, fits).told(), ['unknown http-form admin p&ä x']);
  assert.deepEqual(posted(type, form, NO, fits).told(), ['refused http-form admin p&ä x']);
  assert.equal(posted(type, form, OK, fits).carried.size, 0);
});

test('JSON and multipart forms log in as well', () => {
  const json = '{"method":"login","params":{"userName":"adm\\u0069n","password":"a\\"\\u00e4\\ud83d\\ude00"}}';
  assert.deepEqual(posted('application/json; charset=utf-8', json, OK, ['a"ä😀']).told(), [
    'unknown http-json adm\\u0069n a"ä😀'.replace('\\u0069', 'i'),
  ]);
  const parts =
    '--B\r\nContent-Disposition: form-data; name="username"\r\n\r\nroot\r\n' +
    '--B\r\nContent-Disposition: form-data; name="passwd"\r\n\r\nto\r\nor\r\n--B--\r\n';
  assert.deepEqual(posted('multipart/form-data; boundary=B', parts, OK, ['to\r\nor']).told(), [
    'unknown http-form root to\r\nor',
  ]);
});

test('what is secret is marked where it stands on the wire, however it was cut into segments', () => {
  const form = 'user=admin&password=p%26+x&submit=1';
  const head = `POST /login HTTP/1.1\r\nContent-Length: ${form.length}\r\n\r\n`;
  for (let cut = 1; cut < form.length; cut++) {
    assert.deepEqual(new Play().client(head, form.slice(0, cut), form.slice(cut)).server(OK).marked, ['p%26+x']);
  }
  const json = '{"user":"a","password":"b\\"c"}';
  assert.deepEqual(posted('application/json', json, OK, []).marked, ['b\\"c']);
  const query = new Play().client('GET /x?user=a&pwd=b%20c HTTP/1.1\r\n\r\n');
  assert.deepEqual(query.marked, ['b%20c']);
  const basic = new Play().client(`GET /x HTTP/1.1\r\nAuthorization: Basic ${base64('a:b')}\r\n\r\n`);
  assert.deepEqual(basic.marked, [`Basic ${base64('a:b')}`]);
});

test('a query logs in as a form does', () => {
  const play = new Play('12345').client('GET /cgi-bin/a.cgi?loginuse=admin&user=admin&pwd=12345 HTTP/1.1\r\n\r\n');
  assert.deepEqual(play.server(OK).told(), ['unknown http-query admin 12345']);
});

test('what is no login is a transfer; the key of a wireless network is neither', () => {
  const type = 'application/x-www-form-urlencoded';
  const cases: readonly (readonly [string, string, number])[] = [
    [type, 'name=lamp&code=7', 1],
    [type, 'pin=13&state=1', 1],
    ['application/json', '{"on":true,"id":4}', 1],
    [type, 'ssid=plant&password=secret', 0],
    [type, 'user=a&oldpassword=b&newpassword=c', 0],
  ];
  for (const [of, content, transfers] of cases) {
    const play = posted(of, content, OK, []);
    assert.deepEqual([play.told(), play.carried.size], [[], transfers], content);
  }
});

test('each file of a form is a transfer of its own name', () => {
  const parts =
    '--B\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n' +
    '--B\r\nContent-Disposition: form-data; name="f"; filename="C:\\fw\\v2.bin"\r\n\r\n\x01\r\n\x02\r\n--B--\r\n';
  const play = posted('multipart/form-data; boundary="B"', parts, OK, []);
  assert.deepEqual(
    [...play.carried.values()].map(({ name, text, isComplete, carrier }) => [name, text, isComplete, carrier]),
    [['v2.bin', '\x01\r\n\x02', true, 'http multipart']],
  );
});

test('a password beside a file logs in, and hides no file', () => {
  const parts =
    '--B\r\nContent-Disposition: form-data; name="user"\r\n\r\nroot\r\n' +
    '--B\r\nContent-Disposition: form-data; name="password"\r\n\r\ntoor\r\n' +
    '--B\r\nContent-Disposition: form-data; name="f"; filename="v3.bin"\r\n\r\n\x01\x02\r\n--B--\r\n';
  const play = posted('multipart/form-data; boundary=B', parts, OK, ['toor']);
  assert.deepEqual(play.told(), ['unknown http-form root toor']);
  assert.deepEqual(
    [...play.carried.values()].map(({ name, text }) => [name, text]),
    [['v3.bin', '\x01\x02']],
  );
});

test('a WS-Security token of ONVIF is recomputed', () => {
  const nonce = Buffer.from('0123456789abcdef');
  const created = '2026-01-01T00:00:00Z';
  const digest = createHash('sha1').update(nonce).update(created).update('cam<1>').digest('base64');
  const soap = (password: string): string =>
    '<?xml version="1.0"?><s:Envelope><s:Header><wsse:Security><wsse:UsernameToken><wsse:Username>admin</wsse:Username>' +
    `${password}<wsse:Nonce>${nonce.toString('base64')}</wsse:Nonce><wsu:Created>${created}</wsu:Created>` +
    '</wsse:UsernameToken></wsse:Security></s:Header></s:Envelope>';
  const digested = soap(`<wsse:Password Type="http://x#PasswordDigest">${digest}</wsse:Password>`);
  const type = 'application/soap+xml';
  assert.deepEqual(posted(type, digested, OK, ['cam<1>', 'x']).told(), ['accepted wsse-digest admin cam<1>']);
  const clear = soap('<wsse:Password Type="http://x#PasswordText">cam&lt;1&gt;</wsse:Password>');
  const bad = 'HTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n';
  assert.deepEqual(posted(type, clear, bad, ['cam<1>']).told(), ['refused wsse-text admin cam<1>']);
});

test('pages and UPnP descriptions say what the server is', () => {
  const page = '<html><head>\n<TITLE>\n D-Link &amp; DCS-930L\n</title></head>';
  const description =
    '<?xml version="1.0"?><root xmlns="urn:schemas-upnp-org:device-1-0"><device>' +
    '<deviceType>urn:schemas-upnp-org:device:Basic:1</deviceType><friendlyName>Lamp</friendlyName>' +
    '<manufacturer>Maker</manufacturer><modelName>Hub 2</modelName><modelNumber>B2</modelNumber>' +
    '<serialNumber>0017</serialNumber><UDN>uuid:1-2</UDN><deviceList><device><modelName>Inner</modelName></device>' +
    '</deviceList></device></root>';
  const answer = (type: string, content: string): string =>
    `HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n\r\n${content}`;
  const play = new Play().client('GET / HTTP/1.1\r\n\r\n', 'GET /d.xml HTTP/1.1\r\n\r\n');
  play.server(answer('text/html', page), answer('text/xml; charset=utf-8', description));
  assert.deepEqual(play.traits, ['2 http-title D-Link & DCS-930L', '2 upnp-udn uuid:1-2']);
  assert.deepEqual(play.claims, [
    '2 model D-Link & DCS-930L (http title)',
    '2 vendor Maker (upnp description)',
    '2 model Hub 2 (upnp description)',
    '2 product-code B2 (upnp description)',
    '2 serial 0017 (upnp description)',
    '2 name Lamp (upnp description)',
    '2 service upnp Basic (upnp description)',
  ]);
});

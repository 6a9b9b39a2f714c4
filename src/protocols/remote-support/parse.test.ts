// First bytes, names and certificates of tools for remote support, and what is none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Match } from '../../facts/protocol.ts';
import { bytesOf, play } from '../../../scripts/protocol-plays.ts';
import { protocols } from '../index.ts';
import { clientHello, record, serverName } from '../tls/example-records.ts';
import { tls } from '../tls/index.ts';
import { remoteSupport } from './index.ts';
import { toolOfCertificate, toolOfName } from '../remote-support-names.ts';

const TEAMVIEWER = Uint8Array.of(0x17, 0x24, 0x0a, 0x20, 0, 0, 0, 0);
const RADMIN = Uint8Array.of(1, 0, 0, 0, 1, 0, 0, 0, 8, 8, 0);
const RUSTDESK = Uint8Array.of(0x32, 13, 0x0a, 9, ...bytesOf('123456789'), 0x10, 0);

test('each tool is told of both hosts, once', () => {
  assert.deepEqual(
    play(remoteSupport, [
      [true, TEAMVIEWER],
      [false, TEAMVIEWER],
      [true, bytesOf('anything')],
    ]),
    ['1 remote-support TeamViewer', '2 remote-support TeamViewer'],
  );
  assert.equal(play(remoteSupport, [[true, RADMIN]])[0], '1 remote-support Radmin');
  assert.equal(play(remoteSupport, [[false, Uint8Array.of(0x30, 0x11, 0, 0, 9)]])[0], '1 remote-support DameWare');
  assert.equal(play(remoteSupport, [[true, RUSTDESK]], '', false)[0], '1 remote-support RustDesk');
  const datagram = Uint8Array.from([0, ...new Uint8Array(10), 0x17, 0x24, 0x47]);
  assert.equal(play(remoteSupport, [[true, datagram]], '', false)[0], '1 remote-support TeamViewer');
});

test('two bytes are enough on the usual ports only, nothing of other protocols is', () => {
  const decoder = remoteSupport.start(0);
  const match = (bytes: Uint8Array): number => decoder.looksLike(bytes, 0, bytes.length);
  assert.equal(match(TEAMVIEWER), Match.maybe);
  assert.equal(match(RUSTDESK), Match.maybe);
  assert.equal(match(RADMIN), Match.yes);
  for (const other of ['GET / HTTP/1.1\r\n', '\x17\x03\x03\0\x20', '\x01\0\0\0', '2\x05hello', '']) {
    assert.equal(match(bytesOf(other)), Match.no, other);
  }
});

test('nobody else is sure of these bytes', () => {
  for (const bytes of [TEAMVIEWER, RADMIN, RUSTDESK]) {
    for (const protocol of protocols.filter(
      ({ name, transports }) =>
        name !== remoteSupport.name && !transports.includes('link') && !transports.includes('ip'),
    )) {
      assert.notEqual(protocol.start(0).looksLike(bytes, 0, bytes.length), Match.yes, protocol.name);
    }
  }
});

test('names belong to a tool by their domain', () => {
  assert.equal(toolOfName('router12.TeamViewer.com'), 'TeamViewer');
  assert.equal(toolOfName('relay-a1b2.net.anydesk.com'), 'AnyDesk');
  assert.equal(toolOfName('remotedesktop.google.com'), 'Chrome Remote Desktop');
  for (const other of ['google.com', 'notanydesk.com', 'anydesk.com.example', '', '192.0.2.1']) {
    assert.equal(toolOfName(other), '', other);
  }
});

test('certificates belong to a tool by what it writes into them, or by their name', () => {
  assert.equal(toolOfCertificate('CN=AnyDesk Client', 'CN=AnyDesk Client'), 'AnyDesk');
  const issuer = 'CN=AnyNet Root CA, O=philandro Software GmbH, C=DE';
  assert.equal(toolOfCertificate('C=DE, O=philandro Software GmbH, CN=AnyNet Relay', issuer), 'AnyDesk');
  assert.equal(toolOfCertificate('CN=*.teamviewer.com', 'CN=Example CA'), 'TeamViewer');
  assert.equal(toolOfCertificate('CN=plc.example', 'CN=Example CA'), '');
});

test('a server name in TLS is told as a tool', () => {
  const hello = record(22, clientHello(0x0303, [0x1301], [serverName('api.splashtop.com')]));
  assert.ok(play(tls, [[true, Uint8Array.from(hello)]]).includes('1 remote-support Splashtop'));
});

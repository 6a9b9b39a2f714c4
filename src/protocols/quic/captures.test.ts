// Hellos in real captures, as tshark has them; skipped where there are none.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { REAL_CAPTURES, deafSink, readFacts } from '../../../scripts/real-captures.ts';

const CLIENT = [
  'ja3 9a78264e64e221797705e75a3c55df01',
  'ja4 q13d0311h3_55b375c5d22e_0e9637bee5d3',
  'tls-server-name localhost',
  'quic-version QUIC 1',
  'quic-alpn h3',
];
const SERVER = ['ja3s eb1d94daa7e0344597e756a1fb6e7054', 'tls-version TLS 1.3', 'tls-cipher TLS_AES_128_GCM_SHA256'];

for (const name of ['quic_handshake', 'quic_retry', 'quic_vn']) {
  const path = join(REAL_CAPTURES, 'the-tcpdump-group__tcpdump/tests', `${name}.pcap`);
  const skip = existsSync(path) ? false : 'skipped: no real captures here';
  test(`${name}: fingerprints and names are the known ones`, { skip }, async () => {
    const told: string[] = [];
    assert.ok(await readFacts(path, deafSink({ trait: ({ trait, value }) => told.push(`${trait} ${value}`) })));
    const ours = told.filter((line) => /^(?:ja|tls|quic)/.test(line));
    assert.deepEqual(ours, [...CLIENT, ...SERVER]);
  });
}

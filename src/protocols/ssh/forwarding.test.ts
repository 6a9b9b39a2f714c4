// What the sizes of recorded sessions tell of connections carried inside them, and what other sessions do not look like.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { deafSink, readFacts } from '../../../scripts/real-captures.ts';
import { withLoss } from '../../../scripts/score-transfers/carving.ts';
import { ForwardedChannels } from './forwarding.ts';

const SAMPLES = resolve(import.meta.dirname, '../../../samples/ssh');

const told = (name: string): Promise<string[]> => toldOf(resolve(SAMPLES, `${name}.pcap`));

async function toldOf(path: string): Promise<string[]> {
  const lines: string[] = [];
  const sink = deafSink({
    trait: ({ trait, value, host }) => {
      if (trait === 'ssh-forwarding') lines.push(`${host} ${value}`);
    },
    login: ({ outcome }) => lines.push(outcome),
  });
  assert.ok(await readFacts(path, sink));
  return lines;
}

test('connections through a session are told once, of the host whose network they reach', async () => {
  assert.deepEqual(await told('forwarded-by-the-client'), ['accepted', '2 opened by the client']);
  assert.deepEqual(await told('forwarded-by-the-server'), ['accepted', '1 opened by the server']);
});

for (const name of ['sftp', 'script-in-a-terminal', 'lines-answered-shortly'])
  test(`${name}: no connections inside`, async () => assert.deepEqual(await told(name), ['accepted']));

/** Sizes with AES in blocks of 16 bytes: opening, confirmation, data, endings of both sides. */
function channel(channels: ForwardedChannels, isOfClient = true, opening = 100): boolean[] {
  const other = !isOfClient;
  return [
    channels.segment(isOfClient, opening),
    channels.segment(other, 52),
    channels.segment(isOfClient, 132),
    channels.segment(other, 900),
    channels.segment(other, 36),
    channels.segment(isOfClient, 72),
  ];
}

test('the third channel tells it, whatever the blocks of the cipher', () => {
  const channels = new ForwardedChannels(52);
  const said = [...channel(channels), ...channel(channels), ...channel(channels), ...channel(channels)];
  assert.equal(said.filter(Boolean).length, 1);
  assert.equal(said.indexOf(true), 13);
  assert.equal(channels.isByClient, true);
});

test('sessions, agents and windows opened three times over are no forwarded connections', () => {
  for (const opening of [52, 60, 68, 76]) {
    const channels = new ForwardedChannels(52);
    for (let count = 0; count < 5; count++) assert.ok(!channel(channels, true, opening).includes(true), `${opening}`);
  }
});

test('a loss within the session costs the connections around it, not those behind it', async () => {
  const capture = readFileSync(resolve(SAMPLES, 'forwarded-by-the-client.pcap'));
  const folder = mkdtempSync(join(tmpdir(), '1sec-ssh-'));
  try {
    let lossy = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const path = join(folder, 'lossy.pcap');
      const { kept, lost } = withLoss(capture, 0.02, seed);
      writeFileSync(path, Buffer.concat(kept));
      if (lost.length > 0 && (await toldOf(path)).includes('2 opened by the client')) lossy++;
    }
    assert.ok(lossy >= 4, `${lossy} of 8`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

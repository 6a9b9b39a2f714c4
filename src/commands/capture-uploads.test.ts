// Captures that operators send to the server: they end in the site as if analyze had read them, and whatever is sent
// instead is told in one line and leaves nothing behind.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, before, describe, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { FastifyInstance } from 'fastify';
import { createServer } from '../server/server.ts';
import { tokenHash } from '../server/sessions.ts';
import { SiteStore } from '../store/site-store.ts';
import { CaptureUploads } from './capture-uploads.ts';
import { folderWith, run1sec } from './child-program.ts';
import { StoredSite } from './stored-site.ts';

const SAMPLE = readFileSync('samples/plant.pcapng');
const LIMIT = SAMPLE.length + 1000;
const ENDED = ['done', 'failed', 'cancelled'];

interface Told {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly frames: number;
  readonly told: string;
}

describe('captures that are sent', () => {
  const database = join(folderWith({}), 'site.db');
  const folder = `${database}-captures`;
  const intent = { config: null, policy: null, baseline: null };
  let server: FastifyInstance;
  let uploads: CaptureUploads;
  let address = '';

  before(async () => {
    new SiteStore(database, { isMade: true }).close();
    uploads = new CaptureUploads({ database, bytesMax: LIMIT, intent });
    const account = (name: string, role: 'operator' | 'viewer') => ({
      ...{ name, role, hash: tokenHash(name), expiresMs: null },
    });
    const accounts = [account('ann', 'operator'), account('bob', 'viewer')];
    const data = new StoredSite(database);
    const options = { data, dashboard: [], tokens: {}, operator: 'x', uploads, accounts: () => accounts };
    server = await createServer(options);
    address = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  after(async () => {
    await uploads.close();
    await server.close();
  });

  function send(name: string, body: Uint8Array, who = 'ann', type = 'application/octet-stream'): Promise<Response> {
    const headers = { authorization: `Bearer ${who}`, 'content-type': type };
    const sent = new Uint8Array(body);
    return fetch(`${address}/api/captures?name=${encodeURIComponent(name)}`, { method: 'POST', headers, body: sent });
  }

  async function listed(): Promise<{ uploads: Told[]; captures: { path: string; frames: number }[] }> {
    const answer = await fetch(`${address}/api/captures`, { headers: { authorization: 'Bearer bob' } });
    assert.equal(answer.status, 200);
    return (await answer.json()) as Awaited<ReturnType<typeof listed>>;
  }

  async function ended(id: string): Promise<Told> {
    for (;;) {
      const found = (await listed()).uploads.find((upload) => upload.id === id)!;
      if (ENDED.includes(found.state)) return found;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async function sent(name: string, body: Uint8Array): Promise<Told> {
    const answer = await send(name, body);
    assert.equal(answer.status, 202, await answer.clone().text());
    return ended(((await answer.json()) as Told).id);
  }

  test('the sample becomes the same devices and alerts as analyze finds; its file is for its owner only', async () => {
    const found = await sent('../../plant <1>.pcapng', SAMPLE);
    assert.equal(found.state, 'done', found.told);
    assert.equal(found.name, '../../plant <1>.pcapng');
    assert.match(found.told, /10 assets \(10 new\)/);
    const [file] = readdirSync(folder);
    assert.match(file!, /^[0-9a-f]{16}-plant_1_\.pcapng$/);
    assert.equal(statSync(join(folder, file!)).mode & 0o777, 0o600);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    const other = join(folderWith({}), 'other.db');
    assert.equal(run1sec(['analyze', '--sample', '--quiet', '--save', other]).code, 0);
    const ids = (path: string): string[] => {
      const store = new SiteStore(path, { isMade: false });
      const found = [...store.assets(), ...store.alerts()].map(({ id }) => id);
      store.close();
      return found;
    };
    assert.deepEqual(ids(database), ids(other));
    const proof = await fetch(`${address}/api/alerts/${ids(database).at(-1)!}/frames`, {
      headers: { authorization: 'Bearer bob' },
    });
    assert.equal(proof.status, 200, 'what was sent proves the alerts');
  });

  test('the same again, compressed in either way, changes nothing and is not kept twice', async () => {
    for (const [name, body] of [
      ['plant.pcapng.gz', gzipSync(SAMPLE)],
      ['plant.pcapng.zst', zstdCompressSync(SAMPLE)],
    ] as const) {
      const found = await sent(name, body);
      assert.deepEqual([found.state, found.told], ['done', 'the site: all of this was there; nothing changed.'], name);
    }
    assert.equal(readdirSync(folder).length, 1);
    assert.equal((await listed()).captures.length, 1);
  });

  test('what is no capture, or is broken, is told in one line and leaves no file', async () => {
    const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
    const hostile: readonly (readonly [name: string, body: Uint8Array, told: RegExp])[] = [
      ['text', bytes('<script>alert(1)</script>'.repeat(50)), /the capture is no capture|not a/],
      ['gzip of nothing', gzipSync(bytes('nothing')), /capture/],
      ['half a gzip', gzipSync(SAMPLE).subarray(0, 20), /capture/],
      ['a head alone', SAMPLE.subarray(0, 28), /no frame: ends inside a block/],
      [
        'a section of 4 GiB',
        Buffer.from('0a0d0d0affffffff4d3c2b1a01000000ffffffffffffffffffffffff', 'hex'),
        /no frame: block header says/,
      ],
      ['zeros', new Uint8Array(5000), /capture/],
    ];
    for (const [name, body, told] of hostile) {
      const found = await sent(name, body);
      assert.equal(found.state, 'failed', name);
      assert.match(found.told, told, name);
      assert.doesNotMatch(found.told, /\n|captures\/|internal|TypeError|RangeError/, name);
    }
    assert.equal(readdirSync(folder).length, 1);
  });

  test('a capture that breaks off in the middle gives what came before', async () => {
    const found = await sent('cut.pcapng', SAMPLE.subarray(0, 100_000));
    assert.equal(found.state, 'done');
    assert.match(found.told, /Damaged at byte \d+/);
    assert.ok(found.frames > 100);
  });

  test('one that is too large is refused, whether it says so or not', async () => {
    const before = readdirSync(folder).length;
    assert.equal((await send('large', new Uint8Array(LIMIT + 1))).status, 413);
    const status = await new Promise<string>((resolve, reject) => {
      const { port } = new URL(address);
      const socket = connect(Number(port), '127.0.0.1');
      let said = '';
      socket.on('data', (chunk) => (said += String(chunk)));
      socket.on('error', reject);
      socket.on('close', () => resolve(said));
      const chunk = Buffer.alloc(1 << 16);
      socket.write(
        [
          'POST /api/captures?name=unsaid HTTP/1.1',
          ...['Host: 127.0.0.1', 'Authorization: Bearer ann', 'Content-Type: application/octet-stream'],
          ...['Transfer-Encoding: chunked', '', ''],
        ].join('\r\n'),
      );
      for (let written = 0; written <= LIMIT; written += chunk.length) {
        socket.write(`${chunk.length.toString(16)}\r\n`);
        socket.write(chunk);
        socket.write('\r\n');
      }
    });
    assert.match(status, /^HTTP\/1\.1 413 /);
    assert.match(status, /connection: close/i);
    assert.equal(readdirSync(folder).length, before);
  });

  test('one that breaks off while it is sent leaves nothing', async () => {
    const before = readdirSync(folder).length;
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      [
        'POST /api/captures?name=broken HTTP/1.1',
        ...['Host: 127.0.0.1', 'Authorization: Bearer ann', 'Content-Type: application/octet-stream'],
        ...['Content-Length: 100000', '', 'a beginning'],
      ].join('\r\n'),
    );
    for (;;) {
      const [newest] = (await listed()).uploads;
      if (newest?.name === 'broken' && newest.state === 'receiving') socket.destroy();
      if (newest?.name === 'broken' && newest.state === 'failed') {
        assert.equal(newest.told, 'it broke off while it was sent');
        break;
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.equal(readdirSync(folder).length, before);
  });

  test('one that is cancelled while it waits or is read is gone, and the site is as before', async () => {
    const before = readdirSync(folder).length;
    const { captures } = await listed();
    const sending = [other(1), other(2)].map((body, index) => send(`cancelled ${index}`, body));
    const jobs = await Promise.all(sending.map(async (answer) => (await (await answer).json()) as Told));
    for (const { id } of jobs) {
      const headers = { authorization: 'Bearer ann' };
      const wish = () => fetch(`${address}/api/captures/${id}/cancel`, { method: 'POST', headers });
      const answer = await wish();
      // A fast machine may be done with it.
      assert.ok([200, 409].includes(answer.status));
      const { state } = await ended(id);
      // What is being written is not torn apart: it is written.
      assert.ok(state === 'cancelled' || state === 'done', state);
      assert.equal((await wish()).status, 409, 'it has ended');
    }
    const states = (await listed()).uploads.slice(0, 2).map(({ state }) => state);
    assert.ok(states.includes('cancelled'), states.join());
    const isAll = states.every((state) => state === 'cancelled');
    if (isAll) {
      assert.equal(readdirSync(folder).length, before);
      assert.deepEqual((await listed()).captures, captures);
    }
    assert.equal(existsSync(`${database}-journal`), false);
  });

  test('a viewer sends nothing, and what is not sent as what it is is refused', async () => {
    assert.equal((await send('x', SAMPLE, 'bob')).status, 403);
    assert.equal((await send('x', SAMPLE, 'nobody')).status, 401);
    assert.equal((await send('x', new TextEncoder().encode('{}'), 'ann', 'application/json')).status, 415);
    assert.equal((await send('x', SAMPLE, 'ann', 'text/html')).status, 415);
    assert.equal((await send('', SAMPLE)).status, 400);
    assert.equal((await send('empty', new Uint8Array(0))).status, 400);
    const headers = { authorization: 'Bearer ann' };
    const none = await fetch(`${address}/api/captures/none/cancel`, { method: 'POST', headers });
    assert.equal(none.status, 404);
  });

  test('who listens hears how far it is, and the log has who sent what', async () => {
    const listening = await fetch(`${address}/api/events`, { headers: { authorization: 'Bearer bob' } });
    const job = (await (await send('heard.pcapng', other(3))).json()) as Told;
    let heard = '';
    for await (const chunk of listening.body!.pipeThrough(new TextDecoderStream())) {
      heard += chunk;
      if (/event: captures\ndata: .*"heard\.pcapng".*"state":"done"/.test(heard)) break;
    }
    await ended(job.id);
    const answer = await fetch(`${address}/api/log?search=heard`, { headers: { authorization: 'Bearer bob' } });
    const { items } = (await answer.json()) as { items: { operator: string; action: string; detail: string }[] };
    assert.deepEqual(
      items.map(({ operator, action, detail }) => [operator, action, detail]),
      [['ann', 'upload', 'heard.pcapng']],
    );
  });
});

/** The sample cut elsewhere each time: other frames, another capture. */
function other(number: number): Uint8Array {
  return SAMPLE.subarray(0, SAMPLE.length - 20_000 * number);
}

test('one that does not say how much is to come ends where the disk would be full', async () => {
  const database = join(folderWith({}), 'site.db');
  new SiteStore(database, { isMade: true }).close();
  const intent = { config: null, policy: null, baseline: null };
  let free = 600 * 1024 ** 2;
  const uploads = new CaptureUploads({ database, bytesMax: 1024 ** 3, intent, freeBytes: () => free });
  const who = { operator: 'ann', nowMs: 0 };
  const pieces = function* (): Generator<Uint8Array> {
    for (let piece = 0; piece < 40; piece++) {
      free -= 4 * 1024 ** 2;
      yield new Uint8Array(1024 ** 2);
    }
  };
  const outcome = await uploads.receive('unsaid', null, Readable.from(pieces()), who);
  assert.deepEqual(outcome, { kind: 'full', reason: 'the disk is nearly full' });
  assert.deepEqual(readdirSync(`${database}-captures`), []);
  await uploads.close();
});

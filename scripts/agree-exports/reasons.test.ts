// What explains a difference: each rule has a case in which it holds, and a twin in which it does not.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import test from 'node:test';
import { gzipSync } from 'node:zlib';
import { tsharkVersion } from '../agree/tshark.ts';
import { carriedFile, unmatched, type CarriedFile } from './files.ts';
import { endpointsKey, type OurConversation, type OurFile } from './ours.ts';
import { OURS, THEIRS, reasonOf, type Evidence } from './reasons.ts';
import { Tally } from './tally.ts';
import type { TheirMessage } from './theirs.ts';

const KEY = endpointsKey('192.0.2.1', 40_000, '192.0.2.2', 80);
const ROOT = resolve(import.meta.dirname, '../..');

const theirs = (content: string, name = 'index.html', protocol = 'http'): CarriedFile =>
  carriedFile(protocol, name, Buffer.from(content));

const ours = (content: string, more: Partial<OurFile> = {}): OurFile => ({
  ...carriedFile(more.protocol ?? 'http', more.name ?? 'index.html', Buffer.from(content)),
  carrier: 'http',
  key: KEY,
  isComplete: true,
  firstFrame: 7,
  lastFrame: 7,
  ...more,
});

const message = (content: string, more: Partial<TheirMessage> = {}): TheirMessage => ({
  frame: 7,
  sha1: theirs(content).sha1,
  hasHead: true,
  lengths: 1,
  key: KEY,
  isPlain: true,
  ...more,
});

const http: OurConversation = { key: KEY, protocol: 'http', isWhole: true };

interface Known {
  readonly conversations?: readonly OurConversation[];
  readonly loginFrames?: readonly number[];
  readonly files?: readonly OurFile[];
  readonly theirs?: readonly CarriedFile[];
  readonly unmatchedOurs?: readonly OurFile[];
  readonly unmatchedTheirs?: readonly CarriedFile[];
  readonly inOrder?: readonly CarriedFile[];
  readonly ofTunnels?: readonly CarriedFile[];
  readonly messages?: readonly TheirMessage[];
  readonly http2?: readonly Buffer[];
  readonly stream?: readonly string[];
  readonly pipes?: readonly string[];
}

function evidence(known: Known): Evidence {
  const { conversations = [http], loginFrames = [], files = [] } = known;
  return {
    ours: { files, conversations, loginFrames: new Set(loginFrames) },
    theirs: known.theirs ?? [],
    unmatchedOurs: known.unmatchedOurs ?? [],
    unmatchedTheirs: known.unmatchedTheirs ?? [],
    inOrder: () => known.inOrder ?? [],
    ofTunnels: () => known.ofTunnels ?? [],
    messages: () => known.messages ?? [],
    http2Bodies: () => Promise.resolve(known.http2 ?? []),
    stream: () => (known.stream ?? []).map((side) => Buffer.from(side)),
    pipeNames: () => new Set(known.pipes),
  };
}

async function whyTheirs(file: CarriedFile, known: Known): Promise<string> {
  return (await reasonOf(file, THEIRS, evidence(known)))?.why ?? 'nothing';
}

async function whyOurs(file: OurFile, known: Known): Promise<string> {
  return (await reasonOf(file, OURS, evidence(known)))?.why ?? 'nothing';
}

test('a file that is there twice has to be there twice on the other side', () => {
  const left = unmatched([theirs('a'), theirs('a'), theirs('b')], [ours('a'), ours('c'), ours('c')]);
  assert.equal(left.same, 1);
  assert.deepEqual(left.theirs.map(({ bytes }) => bytes.toString()).sort(), ['a', 'b']);
  assert.deepEqual(
    left.ours.map(({ bytes }) => bytes.toString()),
    ['c', 'c'],
  );
});

test('the same bytes of another protocol are not the same file', () => {
  assert.equal(unmatched([theirs('a', 'a', 'ftp')], [ours('a')]).same, 0);
});

test('a body with a head, in a whole conversation of HTTP, is explained by nothing', async () => {
  assert.equal(await whyTheirs(theirs('a'), { messages: [message('a')] }), 'nothing');
  assert.equal(await whyTheirs(theirs('a'), {}), 'nothing');
  assert.equal(await whyOurs(ours('a'), { messages: [message('a')], stream: ['a'] }), 'nothing');
});

test('the end of a message is one only without a head, and where the conversation is not whole', async () => {
  const cut = { ...http, isWhole: false };
  const headless = { messages: [message('a', { hasHead: false })] };
  assert.match(await whyTheirs(theirs('a'), { ...headless, conversations: [cut] }), /^the end of a message/);
  assert.equal(await whyTheirs(theirs('a'), headless), 'nothing');
  assert.equal(await whyTheirs(theirs('a'), { messages: [message('a')], conversations: [cut] }), 'nothing');
});

test('a frame that tshark shows as no HTTP is known by the number in the name alone', async () => {
  const messages = [message('', { sha1: '', hasHead: false })];
  const conversations = [{ ...http, protocol: 'ssh' }];
  assert.match(await whyTheirs(theirs('a', 'object7'), { messages, conversations }), /^another protocol/);
  assert.equal(await whyTheirs(theirs('a', 'object8'), { messages, conversations }), 'nothing');
});

test('what no conversation carries is inside a tunnel only where something stands below it', async () => {
  const inside = { messages: [message('a', { isPlain: false })], conversations: [] };
  assert.match(await whyTheirs(theirs('a'), inside), /^inside a link or tunnel/);
  assert.equal(await whyTheirs(theirs('a'), { messages: [message('a')], conversations: [] }), 'nothing');
  assert.equal(await whyTheirs(theirs('a'), { ...inside, conversations: [http] }), 'nothing');
});

test('a form is one that logs in where a login is told of its frame', async () => {
  const messages = [message('a')];
  assert.match(await whyTheirs(theirs('a'), { messages, loginFrames: [7] }), /^a form or token that logs in/);
  assert.equal(await whyTheirs(theirs('a'), { messages, loginFrames: [8] }), 'nothing');
});

test('a form with files holds the bytes of each file, and the file is one of a form', async () => {
  const part = ours('firmware', { carrier: 'http multipart' });
  const form = theirs('--B firmware --B--');
  const known = { messages: [message('--B firmware --B--')], unmatchedOurs: [part], unmatchedTheirs: [form] };
  assert.match(await whyTheirs(form, known), /^a form with files/);
  assert.equal(await whyOurs(part, known), 'a file of a form');
  const other = ours('other', { carrier: 'http multipart' });
  assert.equal(await whyTheirs(form, { ...known, unmatchedOurs: [part, other] }), 'nothing');
  assert.equal(await whyOurs(other, known), 'nothing');
});

test('a head with two lengths explains what is in its conversation, and no other', async () => {
  const two = message('', { lengths: 2, frame: 8 });
  const left = theirs('doneH');
  const messages = [message('doneH'), two];
  assert.match(await whyTheirs(left, { messages }), /^a message whose head tells two lengths/);
  const known = { messages, stream: ['HTTP/1.1 200 OK done'], unmatchedTheirs: [left] };
  assert.match(await whyOurs(ours('done'), known), /^a message whose head tells two lengths/);
  const elsewhere = [message('doneH'), { ...two, key: 'another' }];
  assert.equal(await whyTheirs(left, { messages: elsewhere }), 'nothing');
  assert.equal(await whyOurs(ours('done'), { ...known, messages: elsewhere }), 'nothing');
  assert.equal(await whyOurs(ours('gone'), known), 'nothing');
});

test('a body of HTTP/2 is what tshark shows of a stream, with its coding or without', async () => {
  assert.match(await whyOurs(ours('page'), { http2: [Buffer.from('page')] }), /^a body of HTTP\/2/);
  assert.match(await whyOurs(ours('page'), { http2: [gzipSync('page')] }), /^a body of HTTP\/2/);
  assert.equal(await whyOurs(ours('page'), { http2: [Buffer.from('pag')] }), 'nothing');
  const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
  assert.match(await whyTheirs(theirs(`${preface}more`), {}), /^the opening of HTTP\/2/);
  assert.equal(await whyTheirs(theirs(`x${preface}`), {}), 'nothing');
});

test('what tshark has once the frames are in order is out of order in the capture', async () => {
  const known = { theirs: [theirs('b')], inOrder: [theirs('b'), theirs('a')] };
  assert.match(await whyOurs(ours('a'), known), /^frames or segments that stand in the capture out of order/);
  // It has one of them in both readings.
  assert.equal(await whyOurs(ours('b'), { ...known, files: [ours('b'), ours('b')] }), 'nothing');
});

test('what tshark has once it may look for Teredo is inside Teredo', async () => {
  assert.match(await whyOurs(ours('a'), { ofTunnels: [theirs('a')] }), /^inside Teredo/);
  assert.equal(await whyOurs(ours('a'), { theirs: [theirs('a')], ofTunnels: [theirs('a')] }), 'nothing');
});

test('the same bytes once more came in frames of their own', async () => {
  const known = { theirs: [theirs('a')] };
  const twice = [ours('a'), ours('a', { firstFrame: 9 })];
  assert.match(await whyOurs(ours('a'), { ...known, files: twice }), /^the same bytes once more/);
  assert.equal(await whyOurs(ours('a'), { ...known, files: [ours('a'), ours('a')] }), 'nothing');
});

test('a pipe is opened on IPC$, whatever number its name has', async () => {
  const pipe = theirs('a', '%5csvcctl(1)', 'smb');
  assert.match(await whyTheirs(pipe, { pipes: ['svcctl'] }), /^a named pipe/);
  assert.equal(await whyTheirs(pipe, { pipes: ['srvsvc'] }), 'nothing');
});

test('before a hole stands a beginning, and a whole file is none', async () => {
  const joined = theirs('first third', 'a', 'ftp');
  const before = ours('first', { protocol: 'ftp', isComplete: false });
  assert.match(await whyOurs(before, { unmatchedTheirs: [joined] }), /^what stands before a hole/);
  assert.match(await whyTheirs(joined, { unmatchedOurs: [before] }), /^pieces put together over a hole/);
  assert.equal(await whyOurs({ ...before, isComplete: true }, { unmatchedTheirs: [joined] }), 'nothing');
  assert.equal(await whyTheirs(joined, { unmatchedOurs: [{ ...before, isComplete: true }] }), 'nothing');
});

test('what the capture cuts off is incomplete, and the stream ends with it; a name with a slash is the whole stream', async () => {
  const cut = ours('begin', { isComplete: false });
  assert.match(await whyOurs(cut, { stream: ['head begin'] }), /^a body that the capture cuts off/);
  assert.equal(await whyOurs(cut, { stream: ['head begin more'] }), 'nothing');
  const slash = ours('text', { protocol: 'ftp', name: '/README' });
  assert.match(await whyOurs(slash, { stream: ['', 'text'] }), /^a name with a slash/);
  assert.equal(await whyOurs(slash, { stream: ['', 'text more'] }), 'nothing');
});

test('what no rule explains is counted, and is in no row of the reasons', () => {
  const tally = new Tally(['http']);
  tally.compared([theirs('a')], [], { theirs: [theirs('a')] });
  tally.explained('only tshark', 'one.pcap', 'http', { why: 'because', check: 'so' });
  assert.equal(tally.unexplained, 0);
  tally.explained('only tshark', 'one.pcap', 'http', null);
  assert.equal(tally.unexplained, 1);
  assert.match(tally.tables('tshark'), /\| http \| 1 \| 1 \| 0 \| 0 \| 1 \|/);
  assert.match(tally.tables('tshark'), /\| http \| 1 \| 0 \| 1 \| because \| so \|/);
});

const CAPTURE = resolve(ROOT, 'src/protocols/http/captures/camera.pcap');
const skip = tsharkVersion() === null ? 'skipped: tshark is not installed' : !existsSync(CAPTURE);

test('of the capture with a camera every difference is explained', { skip }, () => {
  const run = spawnSync(process.execPath, [resolve(import.meta.dirname, 'main.ts'), CAPTURE], { encoding: 'utf8' });
  assert.equal(run.status, 0, run.stdout);
  assert.match(run.stdout, /only here: 9 bytes, fw 2\.bin: a file of a form/);
});

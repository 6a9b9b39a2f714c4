// `1sec firmware` as a person uses it: keys, manifests, comparisons, and every mistake in one line.
import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith, run1sec } from './child-program.ts';

/** Bytes that do not repeat. */
function imageOf(size: number): Buffer {
  const image = Buffer.alloc(size);
  let state = 7;
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    image[at] = state >>> 16;
  }
  return image;
}

function changedAt(image: Buffer, offset: number): Buffer {
  const copy = Buffer.from(image);
  copy[offset]! ^= 1;
  return copy;
}

const GOOD = imageOf(50_000);

/** A folder with an image, one that differs in a byte, a key, and a signed manifest of the first. */
function signedFolder(): string {
  const folder = folderWith({ 'good.bin': GOOD, 'bad.bin': changedAt(GOOD, 30_000) });
  const at = (name: string): string => join(folder, name);
  const words = ['--vendor', 'Acme', '--model', 'P1', '--version', '2.0', '--to', at('set')];
  for (const line of [
    ['add', at('good.bin'), ...words],
    ['key', '--to', at('key')],
    ['key', '--to', at('other')],
    ['sign', at('set'), '--key', at('key')],
  ]) {
    assert.equal(run1sec(['firmware', ...line]).code, 0, line.join(' '));
  }
  return folder;
}

test('an image in a signed set is known to be good, and one with another byte is not', () => {
  const folder = signedFolder();
  const at = (name: string): string => join(folder, name);
  const set = ['--manifest', at('set'), '--public-key', at('key.pub')];
  const good = run1sec(['firmware', 'verify', at('good.bin'), ...set]);
  assert.equal(good.code, 0);
  assert.match(good.output, /^known to be good: Acme P1 2\.0 \(signed by [0-9a-f]{16}\)\n$/);
  const bad = run1sec(['firmware', 'verify', at('bad.bin'), ...set]);
  assert.equal(bad.code, 3);
  assert.match(bad.output, /nearest: Acme P1 2\.0: 12 blocks are the same, 1 differ\n {2}4,096 bytes at 28,672\n$/);
  assert.equal(statSync(at('key')).mode & 0o777, 0o600);
});

test('whatever is wrong with a manifest, a list or a key is one line and exit code 2', () => {
  const folder = signedFolder();
  const at = (name: string): string => join(folder, name);
  const signed = readFileSync(at('set'), 'utf8');
  writeFileSync(at('changed'), signed.replace('Acme', 'Axme'));
  writeFileSync(at('unsigned'), signed.split('\n').slice(0, 2).join('\n'));
  writeFileSync(at('newer'), signed.replace('"version":1}', '"version":9}'));
  writeFileSync(at('outside'), signed.replace('"good.bin"', '"../good.bin"'));
  writeFileSync(at('sums'), `${'a'.repeat(64)}  ../../etc/passwd\n`);
  const good = at('good.bin');
  const verify = (set: string): string[] => ['verify', good, '--manifest', at(set)];
  const cases: readonly [string[], RegExp][] = [
    [verify('changed'), /signature of .* is wrong/],
    [[...verify('set'), '--public-key', at('other.pub')], /signed with another key/],
    [[...verify('unsigned'), '--public-key', at('key.pub')], /is not signed/],
    [[...verify('set'), '--public-key', good], /holds no Ed25519 key/],
    [verify('newer'), /:1: version 9 of the manifest is not known/],
    [verify('outside'), /:2: the path \.\.\/good\.bin leads out of its folder/],
    [verify('good.bin'), /:1: no firmware manifest/],
    [verify('absent'), /no such file/],
    [['import', at('sums'), '--to', at('new')], /:1: the path .* leads out of its folder/],
    [['import', good, '--to', at('new')], /no line of sha256sum/],
    [['sign', at('set'), '--key', at('key.pub')], /holds no Ed25519 key/],
    [['key', '--to', at('key')], /is there already/],
    [['add', good, '--to', at('set')], /--vendor is missing/],
    [['inspect', folder], /is no file/],
    [['inspect'], /it is '1sec firmware inspect IMAGE'/],
    [['inspct', good], /firmware cannot 'inspct'.*did you mean inspect/],
    [['diff', good, good, '--key', 'x'], /--key does not belong to firmware diff/],
  ];
  for (const [words, message] of cases) {
    const { code, output, error } = run1sec(['firmware', ...words]);
    assert.equal(code, 2, words.join(' '));
    assert.equal(output, '');
    assert.match(error, /^1sec: [^\n]*\n$/);
    assert.match(error, message);
  }
  const analyzed = run1sec(['analyze', '--sample', '--firmware', at('changed')]);
  assert.equal(analyzed.code, 2);
  assert.match(analyzed.error, /signature of .* is wrong/);
});

test('one changed byte in 16 MB is told to its block and byte', () => {
  const image = imageOf(16 << 20);
  const folder = folderWith({ a: image, b: changedAt(image, 11_111_111) });
  const { code, output } = run1sec(['firmware', 'diff', join(folder, 'a'), join(folder, 'b')]);
  assert.equal(code, 0);
  assert.match(output, /^1 of 16,777,216 bytes differ, in 1 of 256 blocks of 65,536 bytes\n/);
  assert.match(output, /65,536 bytes at 11,075,584 \(0xa90000\): byte 11,111,111\n$/);
  const same = run1sec(['firmware', 'diff', join(folder, 'a'), join(folder, 'a')]);
  assert.equal(same.output, 'the same: 16,777,216 bytes\n');
});

test('hash lists and CycloneDX bills are imported', () => {
  const component = { name: 'p2', version: '3.1', hashes: [{ alg: 'SHA-256', content: 'B'.repeat(64) }] };
  const bill = { bomFormat: 'CycloneDX', components: [{ name: 'outer', components: [component] }] };
  const folder = folderWith({
    sums: Buffer.from(`# list\n${'a'.repeat(64)} *fw/one.bin\r\nSHA256 (fw/two.bin) = ${'C'.repeat(64)}\n`),
    bom: Buffer.from(JSON.stringify(bill)),
  });
  const to = ['--to', join(folder, 'set')];
  assert.match(run1sec(['firmware', 'import', join(folder, 'sums'), ...to]).output, /: 2 images\n$/);
  assert.match(run1sec(['firmware', 'import', join(folder, 'bom'), ...to, '--vendor', 'Acme']).output, /: 3 images\n$/);
  const text = readFileSync(join(folder, 'set'), 'utf8');
  assert.match(text, /"version":"3\.1","name":"p2","size":-1,"sha256":"b{64}"/);
  assert.match(text, /"name":"fw\/one\.bin"/);
  assert.match(text, /"name":"fw\/two\.bin","size":-1,"sha256":"c{64}"/);
});

test('inspect tells kind, processor, header, versions and secrets, and never a secret itself', () => {
  const image = Buffer.from(GOOD);
  image.write('27051956', 0, 'hex');
  image[29] = 2;
  image.write('kernel one\0', 32, 'latin1');
  image.write(' Firmware version 2.4.1 ', 2000, 'latin1');
  image.write('-----BEGIN EC PRIVATE KEY-----SECRET', 3000, 'latin1');
  const folder = folderWith({ image });
  const json = JSON.parse(run1sec(['firmware', 'inspect', join(folder, 'image'), '--json']).output) as {
    header: Record<string, string>;
  } & Record<string, unknown>;
  assert.equal(json['kind'], 'uboot-image');
  assert.equal(json['architecture'], 'ARM');
  assert.equal(json.header['name'], 'kernel one');
  assert.deepEqual(json['versions'], ['version 2.4.1']);
  assert.deepEqual(json['secrets'], ['private key']);
  assert.doesNotMatch(JSON.stringify(json), /SECRET/);
});

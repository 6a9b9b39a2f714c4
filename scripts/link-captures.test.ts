// The captures of samples/links: their bytes, their facts, and tshark's opinion of them.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { UPDATE_VARIABLE, golden } from './golden-check.ts';
import { LINK_CAPTURES, linkCaptures } from './link-captures.ts';

const ROOT = resolve(import.meta.dirname, '..');
const FOLDER = join(ROOT, 'samples/links');
const KINDS = 'conversation,operation,claim,trait,violation';
const captures = linkCaptures();
const noTshark = spawnSync('tshark', ['--version']).status === 0 ? false : 'skipped: tshark is not installed';

for (const [name, bytes] of captures) {
  test(`${name} is what link-captures.ts builds, and its facts are the golden ones`, () => {
    const path = join(FOLDER, name);
    if (process.env[UPDATE_VARIABLE] !== undefined) writeFileSync(path, bytes);
    assert.ok(existsSync(path), `${name} is missing: npm run golden -- --update writes it`);
    assert.deepEqual(new Uint8Array(readFileSync(path)), bytes);
    const facts = factsOf(name);
    assert.ok(!facts.includes('"fact":"violation"'));
    golden(path.replace(/\.pcap$/, '.golden'), facts);
  });
}

test('on every link the name asked for and the registers read are told, but where they are encrypted', () => {
  for (const { name, conversation } of LINK_CAPTURES) {
    const facts = factsOf(`${name}.pcap`);
    const isOpen = name !== 'wireless-protected';
    assert.equal(facts.includes('pump.example'), isOpen, name);
    if (conversation === 'ipv4') assert.equal(facts.includes('"protocol":"modbus"'), isOpen, name);
  }
});

test('the stations of a wireless network are known by their own addresses, not by those of access points', () => {
  for (const name of ['wireless', 'wireless-bridge', 'wireless-aggregate', 'radiotap', 'prism', 'avs']) {
    const facts = factsOf(`${name}.pcap`);
    const bound = facts.split('\n').filter((line) => line.includes('"address-binding"'));
    assert.deepEqual(
      bound.map((line) => /"host":"([^"]+)".*"value":"([^"]+)"/.exec(line)?.slice(1)),
      [
        ['192.0.2.10', '02:00:00:00:00:10'],
        ['192.0.2.20', '02:00:00:00:00:20'],
      ],
      name,
    );
  }
  const facts = factsOf('wireless-protected.pcap');
  assert.match(facts, /"client":"02:00:00:00:00:\d0","server":"02:00:00:00:00:\d0"/);
  assert.doesNotMatch(facts, /02:00:00:00:00:fe/);
});

test('a tunnel that hosts keep up is told beside what it carries', () => {
  for (const name of ['tunnel-pptp', 'tunnel-access-point', 'tunnel-gtp', 'tunnel-teredo', 'tunnel-ayiya']) {
    assert.match(factsOf(`${name}.pcap`), /"client":"198\.51\.100\.7","server":"203\.0\.113\.9"/, name);
  }
});

test('tshark finds the same questions and registers, and nothing wrong', { skip: noTshark }, () => {
  for (const { name, isKnownToTshark, conversation } of LINK_CAPTURES) {
    if (!isKnownToTshark || name === 'wireless-protected') continue;
    const lines = tshark(name, ['dns.qry.name', 'modbus.func_code', '_ws.malformed', '_ws.expert.message']);
    const shown = lines.map((line) => line.split('\t'));
    const column = (index: number): string[] => shown.map((cells) => cells[index] ?? '').filter((text) => text !== '');
    assert.deepEqual(column(0), ['pump.example', 'pump.example'], name);
    assert.deepEqual(column(1).join(), conversation === 'ipv4' ? '3,3' : '', name);
    assert.deepEqual(column(2), [], name);
    // What it remarks on every connection that begins and ends.
    const remarks = column(3).filter((text) => !/^Connection (?:establish|finish)|FIN/.test(text));
    assert.deepEqual(remarks, [], name);
  }
});

function tshark(name: string, fields: readonly string[]): string[] {
  const options = ['-n', '-r', join(FOLDER, `${name}.pcap`), '-T', 'fields', '-E', 'occurrence=a'];
  const run = spawnSync('tshark', [...options, ...fields.flatMap((field) => ['-e', field])], { encoding: 'utf8' });
  assert.equal(run.status, 0, `${name}: ${run.stderr}`);
  return run.stdout.split('\n');
}

const told = new Map<string, string>();

function factsOf(name: string): string {
  const known = told.get(name);
  if (known !== undefined) return known;
  const run = spawnSync(process.execPath, ['src/main.ts', 'facts', join(FOLDER, name), '--fact', KINDS], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(run.stderr, '');
  assert.equal(run.status, 0);
  told.set(name, run.stdout);
  return run.stdout;
}

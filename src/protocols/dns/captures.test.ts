// Real captures, from the file to the facts; skipped where they are missing. And the README beside the rules.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { PROBLEMS } from './messages.ts';

const ROOT = resolve(import.meta.dirname, '../../..');
const CAPTURES = resolve(ROOT, '../shared/captures');

/** A part of each line that `1sec facts` must print. */
const EXPECTED: readonly (readonly [capture: string, ...lines: string[]])[] = [
  [
    'iot-sentinel/HueBridge/Setup-C-1-STA.pcap',
    '"host":"10.10.10.6","unit":null,"attribute":"model","value":"BSB002","source":"mdns TXT md"',
    '"host":"10.10.10.6","unit":null,"attribute":"service","value":"_hap._tcp","source":"mdns PTR"',
  ],
  [
    'odedshimon__BruteShark/Pcap_Examples/SMB - NTLMSSP (Windows 10).pcap',
    '"host":"192.168.199.133","unit":null,"attribute":"name","value":"DESKTOP-V1FA0UQ","source":"nbns","trust":0.9',
    '"host":"192.168.199.133","trait":"netbios-group","value":"WORKGROUP"',
  ],
  ['the-tcpdump-group__tcpdump/tests/dns_tcp_8053.pcap', '"trait":"name-asked","value":"www.tcpdump.org A"'],
];

for (const [capture, ...lines] of EXPECTED) {
  const path = join(CAPTURES, capture);
  test(`${capture} holds what is expected of it`, { skip: !existsSync(path) }, () => {
    const argument = ['src/main.ts', 'facts', path, '--fact', 'claim,trait'];
    const { stdout, status } = spawnSync(process.execPath, argument, { cwd: ROOT, encoding: 'utf8' });
    assert.equal(status, 0);
    for (const line of lines) assert.ok(stdout.includes(line), line);
  });
}

test('the README lists every rule that can be broken', () => {
  const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8');
  for (const { rule } of PROBLEMS.slice(1)) assert.ok(readme.includes(`\`${rule}\``), rule);
});

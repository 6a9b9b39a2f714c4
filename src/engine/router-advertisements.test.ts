// Router advertisements of a real capture, repeated and changed: routers that do not belong here are told, those that a
// network honestly has are not.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyze } from './analysis.ts';

const CAPTURE = fileURLToPath(
  new URL('../../../shared/captures/the-tcpdump-group__tcpdump/tests/icmpv6-ra-pref64.pcap', import.meta.url),
);
const FILE_HEADER = 24;
const RECORD_HEADER = 16;
/** In a frame: card of the sender, its address, the checksum, the lifetime, the card that is announced, the prefix. */
const CARD = 6;
const ADDRESS = 22;
const CHECKSUM = 56;
const LIFETIME = 60;
const ANNOUNCED_CARD = 72;
const PREFIX = 94;
const ICMP = 54;

interface Said {
  readonly second: number;
  /** What differs from the router of the capture; `card` gives the address as well unless `keepsAddress`. */
  readonly card?: string;
  readonly keepsAddress?: boolean;
  readonly prefix?: string;
  readonly lifetime?: number;
}

function advertisement(recorded: Buffer, { card, keepsAddress, prefix, lifetime }: Said): Buffer {
  const frame = Buffer.from(recorded);
  if (card !== undefined) {
    const bytes = Buffer.from(card.replaceAll(':', ''), 'hex');
    bytes.copy(frame, CARD);
    bytes.copy(frame, ANNOUNCED_CARD);
    if (keepsAddress !== true) bytes.copy(frame, ADDRESS + 10);
  }
  if (prefix !== undefined) Buffer.from(prefix, 'hex').copy(frame, PREFIX);
  if (lifetime !== undefined) frame.writeUInt16BE(lifetime, LIFETIME);
  frame.writeUInt16BE(0, CHECKSUM);
  frame.writeUInt16BE(checksum(frame), CHECKSUM);
  return frame;
}

/** RFC 8200, 8.1: addresses, length, next header, then the message. */
function checksum(frame: Buffer): number {
  let sum = frame.length - ICMP + 58;
  for (let at = ADDRESS; at < frame.length; at += 2) sum += frame.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

async function alertsOf(context: TestContext, said: readonly Said[]): Promise<string[]> {
  const capture = readFileSync(CAPTURE);
  const size = capture.readUInt32LE(FILE_HEADER + 8);
  const recorded = capture.subarray(FILE_HEADER + RECORD_HEADER, FILE_HEADER + RECORD_HEADER + size);
  const records = said.map((one, index) => {
    const header = Buffer.from(capture.subarray(FILE_HEADER, FILE_HEADER + RECORD_HEADER));
    header.writeUInt32LE(capture.readUInt32LE(FILE_HEADER) + one.second, 0);
    // Mirrored twice it would be dropped: equal frames within a short time are one.
    header.writeUInt32LE(index, 4);
    return Buffer.concat([header, advertisement(recorded, one)]);
  });
  const folder = mkdtempSync(join(tmpdir(), 'routers-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'capture.pcap');
  writeFileSync(path, Buffer.concat([capture.subarray(0, FILE_HEADER), ...records]));
  const { alerts } = await analyze({ paths: [path] });
  return alerts
    .filter(({ module }) => module === 'identity-guard')
    .map(({ kind, severity }) => `${kind.replace('identity-guard/', '')} ${severity}`);
}

/** The router of the capture, every ten minutes. */
const everyTenMinutes = (count: number): Said[] =>
  Array.from({ length: count }, (_, index) => ({ second: 600 * index }));
const OTHER = '02:00:5e:00:00:99';
const OTHER_PREFIX = '20010db8bad00001';
const VIRTUAL = '00:00:5e:00:02:07';

describe('IPv6 routers', { skip: existsSync(CAPTURE) ? false : 'skipped: the capture is not there' }, () => {
  test('one that comes with another prefix after an hour is told', async (context) => {
    const late = { second: 3700, card: OTHER, prefix: OTHER_PREFIX };
    assert.deepEqual(await alertsOf(context, [...everyTenMinutes(7), late]), ['rogue-router high']);
  });

  test('one that comes with the same prefix after an hour is told milder', async (context) => {
    const late = { second: 3700, card: OTHER };
    assert.deepEqual(await alertsOf(context, [...everyTenMinutes(7), late]), ['rogue-router medium']);
  });

  test('a lifetime of 0 in the name of the router, again and again, is told', async (context) => {
    const taken = [10, 20, 30, 40, 50].map((second) => ({ second: 600 + second, lifetime: 0 }));
    assert.deepEqual(await alertsOf(context, [...everyTenMinutes(2), ...taken]), ['router-spoofed high']);
  });

  test('a lifetime of 0 that the router contradicts again and again is told', async (context) => {
    const turns = Array.from({ length: 8 }, (_, index) => ({
      second: 60 * index,
      ...(index % 2 === 0 ? {} : { lifetime: 0 }),
    }));
    assert.deepEqual(await alertsOf(context, turns), ['router-spoofed high']);
  });

  test('another prefix in the name of the router, from another network card, is told', async (context) => {
    const spoofed = { second: 1300, card: OTHER, keepsAddress: true, prefix: OTHER_PREFIX };
    assert.deepEqual(await alertsOf(context, [...everyTenMinutes(3), spoofed]), [
      'router-spoofed high',
      'address-moved medium',
    ]);
  });

  test('a flood of invented routers is told as one, beside the first of them', async (context) => {
    const flood = Array.from({ length: 40 }, (_, index) => ({
      second: 1300,
      card: `02:00:5e:01:00:${(index + 256).toString(16).slice(1)}`,
      prefix: `20010db8bad0${(index + 0x10000).toString(16).slice(1)}`,
    }));
    const told = await alertsOf(context, [...everyTenMinutes(3), ...flood]);
    assert.deepEqual(told.sort(), [
      'rogue-router medium',
      'rogue-router medium',
      'rogue-router medium',
      'router-flood high',
    ]);
  });

  test('quiet: the capture as it was recorded', async () => {
    const { alerts } = await analyze({ paths: [CAPTURE] });
    assert.deepEqual(
      alerts.filter(({ module }) => module === 'identity-guard'),
      [],
    );
  });

  test('quiet: two routers of one network from the start, and one that goes and comes back', async (context) => {
    const pair = everyTenMinutes(7).flatMap((one) => [one, { second: one.second + 5, card: OTHER }]);
    const goes = [1, 2, 3].map((second) => ({ second: 3610 + second, lifetime: 0 }));
    assert.deepEqual(await alertsOf(context, [...pair, ...goes, { second: 3700 }]), []);
  });

  test('quiet: a virtual router that takes over (VRRP), before and after a change of its settings', async (context) => {
    const virtual = [3700, 4300].map((second) => ({ second, card: VIRTUAL }));
    const changed = { second: 4900, card: VIRTUAL, prefix: OTHER_PREFIX };
    assert.deepEqual(await alertsOf(context, [...everyTenMinutes(7), ...virtual, changed]), []);
  });
});

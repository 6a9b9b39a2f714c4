// What IPv6 neighbour discovery says about MAC addresses is believed, and only where no router can have handed it on.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from './child-program.ts';
import { pcapOf } from './plant-capture.ts';
import { analyze } from '../engine/analysis.ts';

const ROUTER = [2, 0, 0, 0, 0, 1];
const DEVICE = [2, 0, 0, 0, 0, 7];
const address = (last: number): number[] => [0xfd, ...new Array<number>(14).fill(0), last];

/** A frame of the router, with an IPv6 packet of this host. */
function frame(from: number, nextHeader: number, hopLimit: number, payload: readonly number[]): Uint8Array {
  const header = [0x60, 0, 0, 0, 0, payload.length, nextHeader, hopLimit, ...address(from), ...address(9)];
  return Uint8Array.from([2, 0, 0, 0, 0, 9, ...ROUTER, 0x86, 0xdd, ...header, ...payload]);
}

/** A datagram of host 7 that came through the router. */
const ROUTED = frame(7, 17, 60, [0x30, 0x39, 0x1f, 0x40, 0, 8, 0, 0]);

function advertisement(hopLimit: number): Uint8Array {
  return frame(7, 58, hopLimit, [136, 0, 0, 0, 0x60, 0, 0, 0, ...address(7), 2, 1, ...DEVICE]);
}

async function macOf(frames: readonly Uint8Array[]): Promise<string> {
  const path = join(folderWith({}), 'capture.pcap');
  writeFileSync(path, pcapOf(frames.map((bytes, index) => ({ timeUs: 1e15 + index * 1000, bytes }))));
  const { hosts } = await analyze({ paths: [path] });
  const host = Array.from({ length: hosts.count }, (_, index) => index).find(
    (each) => hosts.address(each) === 'fd00::7',
  );
  return hosts.mac(host!);
}

test('a neighbour advertisement names the MAC address of a device, whatever packets say', async () => {
  assert.equal(await macOf([ROUTED, advertisement(255), ROUTED]), '02:00:00:00:00:07');
});

test('one that came through a router is not believed', async () => {
  assert.notEqual(await macOf([ROUTED, advertisement(64), ROUTED]), '02:00:00:00:00:07');
});

test('a solicitation names the MAC address of whoever asks', async () => {
  const solicitation = frame(7, 58, 255, [135, 0, 0, 0, 0, 0, 0, 0, ...address(9), 1, 1, ...DEVICE]);
  assert.equal(await macOf([ROUTED, solicitation]), '02:00:00:00:00:07');
});

test('a message that stops early, or whose option is of another length, says nothing', async () => {
  const cut = frame(7, 58, 255, [136, 0, 0, 0, 0x60, 0, 0, 0, ...address(7), 2, 1, 2]);
  const long = frame(7, 58, 255, [136, 0, 0, 0, 0x60, 0, 0, 0, ...address(7), 2, 2, ...DEVICE]);
  assert.notEqual(await macOf([ROUTED, cut, long]), '02:00:00:00:00:07');
});

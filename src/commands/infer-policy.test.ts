// Zones that 1sec.yaml declares, in the policy that is inferred beside them.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folderWith } from './child-program.ts';
import {
  CONTROLLER,
  HMI,
  PLANT_START_US,
  PlantConnection,
  pcapOf,
  type PlantEndpoint,
  type PlantFrame,
} from './plant-capture.ts';
import type { Declaration } from '../facts/intent.ts';
import type { PolicyZone } from '../facts/policy.ts';
import { inferPolicy, type Inferred } from '../engine/infer.ts';

const EMPTY: PolicyZone = { name: '', level: null, segment: null, addresses: [], segments: [], roles: [] };
const SECOND_US = 1_000_000;
const [LOW, HIGH] = [CONTROLLER.ip.join('.'), HMI.ip.join('.')];

/** The client reads the server for a while, in that VLAN. */
function reading(vlan: number, client: PlantEndpoint, server: PlantEndpoint): PlantFrame[] {
  const frames: PlantFrame[] = [];
  const connection = new PlantConnection(frames, client, server, PLANT_START_US + vlan);
  for (let count = 1; count <= 20; count++) {
    connection.ask(PLANT_START_US + vlan + count * SECOND_US, 1, [3, 0, 0, 0, 1], [3, 2, 0, count]);
  }
  return frames.map(({ timeUs, bytes }) => ({
    timeUs,
    bytes: Uint8Array.from([...bytes.subarray(0, 12), 0x81, 0, 0, vlan, ...bytes.subarray(12)]),
  }));
}

/** In VLAN 20 the lower address is a controller that the higher one reads, in VLAN 21 it is the other way round. */
const folder = folderWith({});
const capture = join(folder, 'two-vlans.pcap');
const frames = [
  ...reading(20, HMI, CONTROLLER),
  ...reading(
    21,
    { ...CONTROLLER, mac: [2, 0, 0, 0, 1, 1], port: 40_001 },
    { ...HMI, mac: [2, 0, 0, 0, 1, 2], port: 502 },
  ),
];
writeFileSync(capture, pcapOf(frames.sort((left, right) => left.timeUs - right.timeUs)));

async function inferredWith(zones: readonly PolicyZone[]): Promise<Inferred> {
  const nothing = { masters: [], engineeringStations: [], jumpHosts: [], segments: [], windows: [], normal: [] };
  const declaration: Declaration = { ...nothing, zones, settings: new Map() };
  return inferPolicy([capture], declaration);
}

const listed = ({ zones }: Inferred): unknown[] =>
  zones.zones.map(({ name, segment, addresses }) => [name, segment, ...addresses]);

test('a device that only its role puts into a zone is named by its address', async () => {
  const inferred = await inferredWith([
    { ...EMPTY, name: 'cells', roles: ['controller'] },
    { ...EMPTY, name: 'yard', segments: ['vlan 21'] },
  ]);
  assert.deepEqual(listed(inferred), [
    ['cells', null, LOW],
    ['yard', null],
    ['supervision 192.0.2.0/24 in vlan 20', 'vlan 20', '192.0.2.0/24'],
  ]);
});

test('a device whose address one of another zone has in another segment is told, and no address is named twice', async () => {
  const inferred = await inferredWith([
    { ...EMPTY, name: 'panels', roles: ['hmi', 'scada-server'] },
    { ...EMPTY, name: 'cells', roles: ['controller'] },
  ]);
  assert.deepEqual(listed(inferred), [
    ['panels', null, HIGH, LOW],
    ['cells', null],
  ]);
  assert.deepEqual(inferred.misplaced.toSorted(), [`${LOW} in vlan 20`, `${HIGH} in vlan 21`]);
});

test('where the zones are of one segment each, nobody is misplaced', async () => {
  const inferred = await inferredWith([
    { ...EMPTY, name: 'east', segments: ['vlan 20'] },
    { ...EMPTY, name: 'west', segments: ['vlan 21'] },
  ]);
  assert.deepEqual(listed(inferred), [
    ['east', null],
    ['west', null],
  ]);
  assert.deepEqual(inferred.misplaced, []);
});

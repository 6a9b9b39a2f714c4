// Peers and services of a device, counted from conversations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StoredConversation } from '../store/conversations.ts';
import { relationsJson } from './asset-relations.ts';

function conversation(client: string, server: string, changes: Partial<StoredConversation> = {}): StoredConversation {
  const host = (name: string) => ({ segment: 'default', address: `address of ${name}`, asset: name });
  return {
    ...{ client: host(client), server: host(server), transport: 'tcp', clientPort: 40_000, serverPort: 502 },
    ...{ protocol: 'modbus', firstUs: 1, lastUs: 2, clientPackets: 1, serverPackets: 1, clientBytes: 10 },
    ...{ serverBytes: 5, gaps: 0, isSeenFromStart: true, isAnswered: true },
    ...changes,
  };
}

interface Relations {
  readonly peerCount: number;
  readonly peers: readonly { asset: string; isAsked: boolean; isAsking: boolean; bytes: number; protocols: string[] }[];
  readonly services: readonly { port: number; protocol: string | null; clients: number }[];
}

test('peers are told by which way they ask, the busiest first; others are left out', () => {
  const told = relationsJson('plc', [
    conversation('hmi', 'plc'),
    conversation('plc', 'hmi', { serverPort: 123, protocol: 'ntp' }),
    conversation('scada', 'plc', { clientBytes: 1000 }),
    conversation('hmi', 'scada'),
  ]) as unknown as Relations;
  assert.equal(told.peerCount, 2);
  assert.deepEqual(
    told.peers.map(({ asset, isAsked, isAsking, bytes, protocols }) => [asset, isAsked, isAsking, bytes, protocols]),
    [
      ['scada', false, true, 1005, ['modbus']],
      ['hmi', true, true, 30, ['modbus', 'ntp']],
    ],
  );
});

test('a service is what was answered; a port that nobody answered at is none', () => {
  const told = relationsJson('plc', [
    conversation('hmi', 'plc', { protocol: null }),
    conversation('scada', 'plc'),
    conversation('scanner', 'plc', { serverPort: 23, isAnswered: false }),
  ]) as unknown as Relations;
  assert.deepEqual(
    told.services.map(({ port, protocol, clients }) => [port, protocol, clients]),
    [[502, 'modbus', 2]],
  );
});

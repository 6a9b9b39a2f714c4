// For tests: the result of an analysis, made by hand, with strings as hostile as the wire's can be.
import { frameReference } from '../facts/frame-reference.ts';
import type { Alert, AlertParty, Severity } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import type { AnalysisResult } from '../engine/analysis.ts';
import { SecretPlaces } from '../flow/secret-places.ts';
import { newLearning } from '../learning/tables.ts';

export const HOSTILE_TEXT = '\u001b]0;owned\u0007\u202egnp.exe\u0000 株式会社';

const START_US = 1_767_225_600_000_000;

export function exampleParty(ip: string, unit: number | null = null, port: number | null = null): AlertParty {
  return { asset: `asset-${ip}-${unit ?? 'host'}`, segment: 'default', ip, mac: null, port, unit };
}

export function exampleAlert(severity: Severity, changes: Partial<Alert> = {}): Alert {
  return {
    id: `id-${severity}`,
    kind: 'command-sentinel/example',
    module: 'command-sentinel',
    severity,
    title: `Example of ${severity}`,
    explanation: 'It happened here, for the first time in 3 minutes.',
    advice: 'Look at it.',
    subject: exampleParty('192.0.2.10', 1),
    peer: exampleParty('192.0.2.66', null, 50_123),
    object: '',
    firstUs: START_US + 1_500_000,
    lastUs: START_US + 61_500_000,
    count: 3,
    techniques: ['T0858', 'T9999'],
    frames: [3, 4, 5, 9].map((frame) => frameReference(0, frame)),
    framesOmitted: 7,
    incident: null,
    ...changes,
  };
}

export function exampleAsset(ip: string, changes: Partial<Asset> = {}): Asset {
  return {
    id: `asset-${ip}-host`,
    aliases: [],
    segment: 'default',
    ip: [ip],
    mac: ['02:00:00:00:00:01'],
    unit: null,
    role: 'controller',
    level: 1,
    vendor: 'Example Works',
    model: 'PLC 100',
    firmware: '1.2.3',
    serial: 'S1',
    name: 'Pump 7',
    protocols: ['modbus'],
    firstUs: START_US,
    lastUs: START_US + 60_000_000,
    evidence: [
      {
        attribute: 'vendor',
        value: 'Example Works',
        source: 'modbus 43/14',
        trust: 0.9,
        timeUs: START_US,
        frame: frameReference(0, 7),
      },
    ],
    ...changes,
  };
}

export function exampleAnalysis(changes: Partial<AnalysisResult> = {}): AnalysisResult {
  const assets = changes.assets ?? [
    exampleAsset('192.0.2.10'),
    exampleAsset('192.0.2.20', {
      role: 'hmi',
      level: 2,
      vendor: HOSTILE_TEXT,
      model: HOSTILE_TEXT,
      name: HOSTILE_TEXT,
    }),
  ];
  return {
    spooled: null,
    firmware: [],
    secrets: new SecretPlaces(),
    files: [{ path: 'plant.pcap', frames: 100, bytes: 7000, firstUs: START_US, lastUs: START_US + 90e6, damage: null }],
    devices: assets,
    assets,
    protocols: [{ name: 'modbus', messages: 80, operations: 40, violations: 1, conversations: 1 }],
    conversationCount: 2,
    conversationsByService: [
      { name: 'arp', count: 1, packets: 2, bytes: 84 },
      { name: 'modbus', count: 1, packets: 98, bytes: 6916 },
    ],
    alerts: [
      exampleAlert('low'),
      exampleAlert('critical', { explanation: `${HOSTILE_TEXT} asked for it.`, object: HOSTILE_TEXT }),
    ],
    incidents: [],
    stats: {
      frames: 100,
      bytes: 7000,
      duplicates: 1,
      otherLinkFrames: 0,
      violations: { 'modbus/length-too-short': 1 },
      timeJumps: 0,
      streamGaps: 0,
      flowsForgotten: 0,
      decoderFaults: 0,
    },
    hosts: {
      count: 3,
      address: (host) => `192.0.2.${host}`,
      addressKind: () => 'ipv4',
      segment: (host) => (host === 9 ? 'vlan 20' : 'default'),
      mac: () => '',
      isBroadcastOrMulticast: () => false,
    },
    learning: newLearning(),
    ...changes,
  };
}

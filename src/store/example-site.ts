// For tests: analyses of an invented site, made by hand and handed to a store as the engine would.
import type { CaptureFile, CaptureSource, FrameBatch } from '../capture/frames.ts';
import type { Alert } from '../facts/alert.ts';
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import type { Conversation, HostDirectory, Login } from '../facts/facts.ts';
import { frameReference } from '../facts/frame-reference.ts';
import type { Operation } from '../facts/operation.ts';
import type { Protocol } from '../facts/protocol.ts';
import type { ObservedFirmware, ObservedPoint } from './points.ts';
import type { SaveSummary, SiteStore } from './site-store.ts';

export const START_US = 1_767_225_600_000_000;
export const SECOND_US = 1_000_000;

/** Host n is 192.0.2.n. */
export const EXAMPLE_HOSTS: HostDirectory = {
  count: 256,
  address: (host) => `192.0.2.${host}`,
  addressKind: () => 'ipv4',
  segment: () => 'default',
  mac: () => '',
  isBroadcastOrMulticast: () => false,
};

export interface ExampleAnalysis {
  /** Gives the capture its identity. */
  readonly content?: string;
  readonly path?: string;
  readonly assets?: readonly Asset[];
  readonly alerts?: readonly Alert[];
  readonly conversations?: readonly Conversation[];
  readonly hasDeclaration?: boolean;
  /** `EXAMPLE_HOSTS` unless told. */
  readonly hosts?: HostDirectory;
  /** Names, as conversations number them. */
  readonly protocols?: readonly string[];
  /** The same, where operations are told. */
  readonly described?: readonly Protocol[];
  readonly operations?: Iterable<Operation>;
  readonly points?: readonly ObservedPoint[];
  readonly logins?: readonly Login[];
  readonly firmware?: readonly ObservedFirmware[];
}

export async function saveExample(store: SiteStore, analysis: ExampleAnalysis): Promise<SaveSummary> {
  const recording = store.record(analysis.protocols ?? ['modbus'], analysis.described);
  const file: CaptureFile = {
    path: analysis.path ?? 'plant.pcap',
    frames: 1,
    bytes: 60,
    firstUs: START_US,
    lastUs: START_US,
    damage: null,
  };
  const source = recording.source(oneFrame(file, analysis.content ?? 'plant'));
  while ((await source.next()) !== null);
  const facts = recording.facts();
  for (const conversation of analysis.conversations ?? []) facts.conversation(conversation);
  for (const operation of analysis.operations ?? []) facts.operation(operation);
  for (const login of analysis.logins ?? []) facts.login(login);
  const observed = {
    files: [file],
    points: analysis.points ?? [],
    firmware: analysis.firmware ?? [],
    assets: analysis.assets ?? [],
    alerts: analysis.alerts ?? [],
    hosts: analysis.hosts ?? EXAMPLE_HOSTS,
  };
  return recording.save(observed, analysis.hasDeclaration);
}

function oneFrame(file: CaptureFile, content: string): CaptureSource {
  const bytes = new TextEncoder().encode(content);
  const batch: FrameBatch = {
    bytes,
    count: 1,
    offset: Int32Array.of(0),
    capturedLength: Int32Array.of(bytes.length),
    originalLength: Int32Array.of(bytes.length),
    timeUs: Float64Array.of(START_US),
    linkType: Int32Array.of(1),
    frame: Float64Array.of(frameReference(0, 1)),
  };
  let isRead = false;
  return {
    files: [file],
    inputBytesRead: () => 0,
    inputBytesTotal: () => 0,
    next: () => {
      const next = isRead ? null : batch;
      isRead = true;
      return next;
    },
    close: () => undefined,
  };
}

export function exampleEvidence(changes: Partial<AssetEvidence> = {}): AssetEvidence {
  return {
    attribute: 'firmware',
    value: '1.0',
    source: 'modbus 43/14',
    trust: 0.9,
    timeUs: START_US,
    frame: frameReference(0, 1),
    ...changes,
  };
}

export function exampleAsset(changes: Partial<Asset> = {}): Asset {
  return {
    id: 'asset-1',
    aliases: [],
    segment: 'default',
    ip: ['192.0.2.1'],
    mac: ['02:00:00:00:00:01'],
    unit: null,
    role: null,
    level: null,
    vendor: null,
    model: null,
    firmware: null,
    serial: null,
    name: null,
    protocols: ['modbus'],
    firstUs: START_US,
    lastUs: START_US + SECOND_US,
    evidence: [exampleEvidence()],
    ...changes,
  };
}

export function exampleAlert(changes: Partial<Alert> = {}): Alert {
  const party = { asset: 'asset-1', segment: 'default', ip: '192.0.2.1', mac: null, port: 502, unit: 3 };
  return {
    id: 'alert-1',
    kind: 'command-sentinel/controller-stop',
    module: 'command-sentinel',
    severity: 'high',
    title: 'Controller told to stop',
    explanation: 'It happened.',
    advice: 'Look at it.',
    subject: party,
    peer: { ...party, asset: 'asset-2', ip: '192.0.2.2', port: null, unit: null },
    object: '',
    firstUs: START_US,
    lastUs: START_US + SECOND_US,
    count: 2,
    techniques: ['T0858', 'T0881'],
    frames: [frameReference(0, 1), frameReference(0, 3)],
    framesOmitted: 1,
    incident: null,
    ...changes,
  };
}

/** From `from` to `until`, in seconds after START_US, ten packets a second. */
export function exampleConversation(from: number, until: number, changes: Partial<Conversation> = {}): Conversation {
  return {
    fact: 'conversation',
    phase: 'closed',
    timeUs: START_US + until * SECOND_US,
    frame: frameReference(0, 1),
    flow: 1,
    client: 2,
    server: 1,
    transport: 'tcp',
    clientPort: 40_000,
    serverPort: 502,
    protocol: 0,
    firstUs: START_US + from * SECOND_US,
    lastUs: START_US + until * SECOND_US,
    clientPackets: (until - from) * 10,
    serverPackets: (until - from) * 10,
    clientBytes: (until - from) * 600,
    serverBytes: (until - from) * 600,
    gaps: 0,
    isSeenFromStart: true,
    isAnswered: true,
    frames: [],
    ...changes,
  };
}

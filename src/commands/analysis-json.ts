// Turns the result of an analysis into the object that `analyze --json` prints: the contract of docs/formats.md.
import { hardeningOf } from '../assets/asset-fields.ts';
import { showable } from '../bytes/text.ts';
import { fieldGrounds, type OtherClaim } from '../assets/field-grounds.ts';
import type { CaptureFile } from '../capture/frames.ts';
import type { Alert, AlertParty, Incident } from '../facts/alert.ts';
import type { Asset, AssetEvidence } from '../facts/asset.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import type { AnalysisFindings, FirmwareHistoryEntry } from '../engine/analysis.ts';
import { MadeList } from './json-text.ts';
import { timestamp } from './timestamp.ts';

/** What the run itself cost. */
export interface RunCost {
  /** From the start of the process, in milliseconds. */
  readonly wallMs: number;
  readonly peakRssBytes: number;
}

/** `devices`: one at a time, where they are not all there. */
export function analysisJson(
  result: AnalysisFindings & { readonly devices?: Iterable<Asset> },
  cost: RunCost,
): Record<string, unknown> {
  const { stats } = result;
  return {
    files: result.files.map(fileJson),
    assets: new MadeList(result.devices ?? result.assets, assetJson),
    protocols: Object.fromEntries(
      result.protocols.map(({ name, messages, operations, violations }) => [
        name,
        { messages, operations, violations },
      ]),
    ),
    conversations: {
      count: result.conversationCount,
      byService: result.conversationsByService.map(({ name, count, packets, bytes }) => ({
        name,
        count,
        packets,
        bytes,
      })),
    },
    incidents: new MadeList(result.incidents, incidentJson),
    alerts: new MadeList(result.alerts, alertJson),
    firmware: new MadeList(result.firmware, firmwareJson),
    stats: {
      frames: stats.frames,
      bytes: stats.bytes,
      duplicates: stats.duplicates,
      otherLinkFrames: stats.otherLinkFrames,
      timeJumps: stats.timeJumps,
      streamGaps: stats.streamGaps,
      flowsForgotten: stats.flowsForgotten,
      decoderFaults: stats.decoderFaults,
      violations: stats.violations,
      wallMs: Math.round(cost.wallMs),
      peakRssBytes: cost.peakRssBytes,
    },
  };
}

export function fileJson(file: CaptureFile): Record<string, unknown> {
  return {
    path: file.path,
    frames: file.frames,
    bytes: file.bytes,
    first: timestamp(file.firstUs),
    last: timestamp(file.lastUs),
    damage: file.damage === null ? null : { offset: file.damage.offset, message: file.damage.message },
  };
}

export function assetJson(asset: Asset): Record<string, unknown> {
  const { protocols, first, last, ...brief } = assetBriefJson(asset);
  return {
    ...brief,
    fields: fieldsJson(asset.evidence),
    ...{ protocols, first, last },
    evidence: asset.evidence.map(evidenceJson),
  };
}

/** As lists show it: without the grounds. */
export function assetBriefJson(asset: Asset): Record<string, unknown> {
  return {
    id: asset.id,
    aliases: asset.aliases,
    segment: asset.segment,
    ip: asset.ip,
    mac: asset.mac,
    unit: asset.unit,
    role: asset.role,
    level: asset.level,
    vendor: asset.vendor,
    model: asset.model,
    firmware: asset.firmware,
    serial: asset.serial,
    name: asset.name,
    hardening: hardeningOf(asset),
    protocols: asset.protocols,
    first: timestamp(asset.firstUs),
    last: timestamp(asset.lastUs),
  };
}

/** Of each field that is known, by its name: the claim it shows, how sure it is, and what says otherwise. */
function fieldsJson(evidence: readonly AssetEvidence[]): Record<string, unknown> {
  return Object.fromEntries(
    fieldGrounds(evidence).map(({ field, value, source, trust, sure, agrees, disagrees }) => [
      field,
      { value, source, trust, sure, agrees: agrees.map(otherClaimJson), disagrees: disagrees.map(otherClaimJson) },
    ]),
  );
}

function otherClaimJson({ value, source, trust, timeUs }: OtherClaim): Record<string, unknown> {
  return { value, source, trust, last: timestamp(timeUs) };
}

function evidenceJson(evidence: AssetEvidence): Record<string, unknown> {
  return {
    attribute: evidence.attribute,
    value: evidence.value,
    source: evidence.source,
    trust: evidence.trust,
    frame: evidence.frame === 0 ? null : frameJson(evidence.frame),
  };
}

export function alertJson(alert: Alert): Record<string, unknown> {
  return {
    id: alert.id,
    kind: alert.kind,
    module: alert.module,
    severity: alert.severity,
    title: alert.title,
    explanation: alert.explanation,
    advice: alert.advice,
    subject: partyJson(alert.subject),
    peer: alert.peer === null ? null : partyJson(alert.peer),
    object: alert.object,
    first: timestamp(alert.firstUs),
    last: timestamp(alert.lastUs),
    count: alert.count,
    techniques: alert.techniques,
    frames: alert.frames.map(frameJson),
    framesOmitted: alert.framesOmitted,
    incident: alert.incident,
  };
}

export function incidentJson(incident: Incident): Record<string, unknown> {
  return {
    id: incident.id,
    severity: incident.severity,
    title: incident.title,
    first: timestamp(incident.firstUs),
    last: timestamp(incident.lastUs),
    hosts: incident.hosts.map(({ asset, segment, ip, mac, part }) => ({ asset, segment, ip, mac, part })),
    steps: incident.steps.map((step) => ({
      alert: step.alert,
      time: timestamp(step.timeUs),
      stage: step.stage,
      severity: step.severity,
      title: step.title,
      from: step.from < 0 ? null : step.from,
      to: step.to < 0 ? null : step.to,
    })),
    techniques: incident.techniques,
  };
}

/** Texts of the wire are made safe where they become text; null where there is none. */
function firmwareJson(entry: FirmwareHistoryEntry): Record<string, unknown> {
  const text = (value: string): string | null => (value === '' ? null : showable(value));
  return {
    asset: entry.asset,
    time: timestamp(entry.timeUs),
    what: entry.what,
    version: text(entry.version),
    source: showable(entry.source),
    sha256: text(entry.sha256),
    name: text(entry.name),
    size: entry.size < 0 ? null : entry.size,
    kind: text(entry.kind),
    verdicts: entry.verdicts,
    frame: entry.frame === 0 ? null : frameJson(entry.frame),
  };
}

function partyJson(party: AlertParty): Record<string, unknown> {
  const { asset, segment, ip, mac, port, unit } = party;
  return { asset, segment, ip, mac, port, unit };
}

function frameJson(reference: FrameReference): { file: number; frame: number } {
  return { file: fileOf(reference), frame: frameOf(reference) };
}

// Turns alerts into text for a person: the parts that the report and `--quiet` share.
import { severityRank } from '../alerts/severity.ts';
import { grouped, showable } from '../bytes/text.ts';
import type { CaptureFile } from '../capture/frames.ts';
import { SEVERITIES } from '../facts/alert.ts';
import type { Alert, AlertParty } from '../facts/alert.ts';
import type { Asset } from '../facts/asset.ts';
import { fileOf, frameOf } from '../facts/frame-reference.ts';
import type { FrameReference } from '../facts/frame-reference.ts';
import { readableDuration, readableTime, timestamp } from './timestamp.ts';

/** Worst first; among equals the order they came in. */
export function worstFirst(alerts: readonly Alert[]): Alert[] {
  return [...alerts].sort((first, second) => severityRank(second.severity) - severityRank(first.severity));
}

/** `192.0.2.1 unit 3`, with the port where one is meant, and the segment where it is not the only one. */
export function partyText(party: AlertParty): string {
  let text = party.ip ?? party.mac ?? party.asset;
  if (party.unit !== null) text += ` unit ${party.unit}`;
  if (party.port !== null) text += ` port ${party.port}`;
  if (party.segment !== 'default' && party.segment !== '') text += ` on ${party.segment}`;
  return showable(text);
}

/** What is known of a device beside its address: `controller, Schneider Electric BMX P34 2020`. */
export function assetDescription(asset: Asset | undefined): string {
  if (asset === undefined) return '';
  const product = [asset.vendor, asset.model].filter((part) => part !== null).join(' ');
  return [asset.name, asset.role, product]
    .filter((part) => part !== null && part !== '')
    .map((part) => showable(part!))
    .join(', ');
}

/** `2026-01-31 10:00:00 UTC` for one, else from, to and how often. */
export function whenText(alert: Alert): string {
  const first = readableTime(alert.firstUs);
  if (alert.count <= 1) return `${first} UTC, once`;
  const times = `${grouped(alert.count)} times`;
  const last = readableTime(alert.lastUs);
  if (first === last) return `${first} UTC, ${times}`;
  const lastShort = first.slice(0, 11) === last.slice(0, 11) ? last.slice(11) : last;
  return `${first} to ${lastShort} UTC (${readableDuration(alert.lastUs - alert.firstUs)}), ${times}`;
}

/** One line: severity, first time, kind, who and whom, title, how often, id. */
export function quietLine(alert: Alert): string {
  const parties =
    alert.peer === null ? partyText(alert.subject) : `${partyText(alert.peer)} → ${partyText(alert.subject)}`;
  const times = alert.count > 1 ? ` (${grouped(alert.count)} times)` : '';
  const when = timestamp(alert.firstUs) ?? 'unknown';
  return `${alert.severity} ${when} ${alert.kind} ${parties}: ${showable(alert.title)}${times} [${alert.id}]`;
}

const RUNS_SHOWN_MAX = 12;

/** `plant.pcap 3, 5-9, 12`, a run of neighbours in one, file by file; says how many more there are. */
export function framesText(alert: Alert, files: readonly CaptureFile[]): string {
  const runs: { file: number; first: number; last: number }[] = [];
  let listed = 0;
  for (const reference of ordered(alert.frames)) {
    const file = fileOf(reference);
    const frame = frameOf(reference);
    const run = runs.at(-1);
    if (run?.file === file && frame === run.last + 1) run.last = frame;
    else if (runs.length < RUNS_SHOWN_MAX) runs.push({ file, first: frame, last: frame });
    else break;
    listed++;
  }
  const texts: string[] = [];
  let file = -1;
  for (const run of runs) {
    const numbers = run.first === run.last ? `${run.first}` : `${run.first}-${run.last}`;
    const path = run.file === file ? '' : `${showable(files[run.file]?.path ?? '?')} `;
    texts.push(path + numbers);
    file = run.file;
  }
  const more = alert.frames.length - listed + alert.framesOmitted;
  if (more > 0) texts.push(`and ${grouped(more)} more`);
  return texts.join(', ');
}

function ordered(frames: readonly FrameReference[]): FrameReference[] {
  return [...new Set(frames)].sort((first, second) => first - second);
}

/** `2 critical and 1 high alert`. */
export function countsText(alerts: readonly Alert[]): string {
  const parts: string[] = [];
  let last = 0;
  for (const severity of [...SEVERITIES].reverse()) {
    const count = alerts.filter((alert) => alert.severity === severity).length;
    if (count === 0) continue;
    parts.push(`${grouped(count)} ${severity}`);
    last = count;
  }
  return `${listText(parts)} ${last === 1 ? 'alert' : 'alerts'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listText(parts: readonly string[]): string {
  if (parts.length < 2) return parts.join('');
  return `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)!}`;
}

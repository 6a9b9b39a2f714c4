// Credits an alert with packets and counts them against labels.
import type { Alert } from '../src/facts/alert.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import { pairOf, type Ends, type Frame } from './score-frames.ts';

export interface LabelledFrame {
  readonly frame: Frame;
  readonly ends: Ends;
  readonly isMalicious: boolean;
}

/** Counts of packets; `found`: credited and malicious. */
export interface PacketScore {
  readonly malicious: number;
  readonly credited: number;
  readonly found: number;
}

/**
 * Numbers of the frames that alerts are credited with: those that prove it, and all between its two hosts from its first
 * to its last moment. `frames` are in the order in which they were judged.
 */
export function credited(frames: readonly LabelledFrame[], alerts: readonly Alert[]): Set<number> {
  const numbers = new Set<number>();
  for (const alert of alerts) {
    for (const reference of alert.frames) {
      const proof = frames[frameOf(reference) - 1];
      if (proof !== undefined) numbers.add(proof.frame.number);
    }
    const one = alert.subject.ip ?? alert.subject.mac;
    const other = alert.peer === null ? null : (alert.peer.ip ?? alert.peer.mac);
    if (one === null || other === null) continue;
    const pair = pairOf(one, other);
    for (const { frame, ends } of frames) {
      if (frame.timeUs < alert.firstUs || frame.timeUs > alert.lastUs) continue;
      if (pairOf(ends.source, ends.target) === pair) numbers.add(frame.number);
    }
  }
  return numbers;
}

/** Numbers of all frames of the TCP connections that the given frames belong to, and these themselves. */
export function connectionsOf(frames: readonly LabelledFrame[], numbers: ReadonlySet<number>): Set<number> {
  const keys = new Set(frames.filter(({ frame }) => numbers.has(frame.number)).map(({ ends }) => connectionKey(ends)));
  const wanted = frames.filter(({ frame, ends }) => numbers.has(frame.number) || keys.has(connectionKey(ends)));
  return new Set(wanted.map(({ frame }) => frame.number));
}

/** Equal for both directions; without TCP, of one direction. */
function connectionKey(ends: Ends): string {
  if (ends.transport !== 'tcp') return `${ends.transport} ${ends.source} ${ends.target}`;
  return pairOf(`${ends.source}:${ends.sourcePort}`, `${ends.target}:${ends.targetPort}`);
}

export function packetScore(frames: readonly LabelledFrame[], hit: ReadonlySet<number>): PacketScore {
  let malicious = 0;
  let found = 0;
  for (const { frame, isMalicious } of frames) {
    if (!isMalicious) continue;
    malicious++;
    if (hit.has(frame.number)) found++;
  }
  return { malicious, credited: hit.size, found };
}

// Scores the judgement on the five labelled Modbus captures of Antoine Lemay: learns from the benign frames of one,
// judges them all, and compares with the labels packet by packet. Writes its part of docs/scores.md.
// usage: node scripts/score-modbus.ts   (exit code 3: the captures are not there)
import { resolve } from 'node:path';
import type { Alert } from '../src/facts/alert.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import type { Baseline } from '../src/learning/baseline.ts';
import { connectionsOf, credited, packetScore, type LabelledFrame } from './score-credit.ts';
import { endsOf, missingPath, readFrames, readLabels } from './score-frames.ts';
import { learnedText } from './score-learned.ts';
import { isLoud, judgeFrames, learnFrames, percent, table, withScratch, writeScore } from './score-judging.ts';
import { poisonings } from './score-poisoning.ts';

const FOLDER = resolve(import.meta.dirname, '../../shared/captures/antoine-lemay__Modbus_dataset');
const LEARNED = 'characterization_modbus_6RTU_with_operate';
const FAKE_COMMAND = 'send_a_fake_command_modbus_6RTU_with_operate';
const NAMES = [
  LEARNED,
  FAKE_COMMAND,
  'CnC_uploading_exe_modbus_6RTU_with_operate',
  'exploit_ms08_netapi_modbus_6RTU_with_operate',
  'moving_two_files_modbus_6RTU',
];
const MODBUS_PORT = 502;
const FRAMES_SHOWN = 6;
const SUMMARY_HEAD = [
  'capture',
  'packets',
  'malicious',
  'malicious on port 502',
  'recall',
  'recall on port 502',
  'precision',
  'alerts',
  'medium or higher',
  'of these on benign frames only',
];

const paths = NAMES.flatMap((name) => [`${FOLDER}/${name}.pcap`, `${FOLDER}/${name}_labeled.csv`]);
const missing = missingPath(paths);
if (missing === null) {
  const text = await withScratch(score);
  process.stdout.write(`${await writeScore('score:modbus', text)}\n`);
} else {
  process.stdout.write('skipped: the labelled Modbus captures are not in ../shared/captures\n');
  process.exitCode = 3;
}

async function labelled(name: string): Promise<LabelledFrame[]> {
  const labels = readLabels(`${FOLDER}/${name}_labeled.csv`);
  const frames = await readFrames(`${FOLDER}/${name}.pcap`);
  if (labels.size !== frames.length) throw new Error(`${name}: ${frames.length} frames, ${labels.size} labels`);
  return frames.map((frame) => ({
    frame,
    ends: endsOf(frame.bytes),
    isMalicious: labels.get(frame.number) === true,
  }));
}

async function score(directory: string): Promise<string> {
  const captures = new Map<string, LabelledFrame[]>();
  for (const name of NAMES) captures.set(name, await labelled(name));
  const learned = captures.get(LEARNED)!.filter(({ isMalicious }) => !isMalicious);
  const baseline = await learnFrames(
    directory,
    learned.map(({ frame }) => frame),
  );
  const rows: string[][] = [];
  const credits: string[][] = [];
  const details: string[] = [];
  let fakeAlerts: readonly Alert[] = [];
  for (const [name, frames] of captures) {
    const alerts = await judgeFrames(
      directory,
      frames.map(({ frame }) => frame),
      baseline,
    );
    if (name === FAKE_COMMAND) fakeAlerts = alerts;
    rows.push([shortName(name), ...summary(frames, alerts)]);
    credits.push([shortName(name), ...otherCredits(frames, alerts)]);
    details.push(`### ${name}`, ...detail(frames, alerts, baseline));
  }
  return [
    `Learned from the ${learned.length} frames of \`${LEARNED}\` labelled 0; each capture is judged alone with that baseline. In the row of that capture the benign frames are those that were learned, so only its recall says something.`,
    table(SUMMARY_HEAD, rows),
    'How much depends on what an alert is credited with: only the frames that prove it, or every packet of the TCP connections these frames belong to (recall, then precision).',
    table(['capture', 'proving frames only', 'whole connections'], credits),
    fakeCommandText(fakeAlerts, captures.get(FAKE_COMMAND)!),
    ...details,
    await poisonings(directory, learned, captures.get(FAKE_COMMAND)!),
  ].join('\n\n');
}

function fakeCommandText(alerts: readonly Alert[], frames: readonly LabelledFrame[]): string {
  const withPayload = frames.filter(
    (entry) => entry.isMalicious && isModbus(entry) && entry.ends.payloadEnd > entry.ends.payloadStart,
  );
  const numbers = withPayload.map(({ frame }) => frame.number);
  const found = alerts.filter((alert) => alert.frames.some((reference) => numbers.includes(frameOf(reference))));
  const command = `The fake command is a write in frames ${numbers.join(' and ')}, the only two of the malicious frames there that carry Modbus`;
  if (found.length === 0) return `${command}. It is not found.`;
  return `${command}. It is found, as ${found.map(({ severity, kind }) => `${severity} ${kind}`).join(', ')}.`;
}

function shortName(name: string): string {
  return name.replace(/_modbus_6RTU.*/, '');
}

function summary(frames: readonly LabelledFrame[], alerts: readonly Alert[]): string[] {
  const hit = credited(frames, alerts);
  const all = packetScore(frames, hit);
  const modbus = packetScore(frames.filter(isModbus), hit);
  const loud = alerts.filter(isLoud);
  const loudOnBenign = loud.filter((alert) => maliciousProofs(alert, frames) === 0);
  const counts = [frames.length, all.malicious, modbus.malicious].map(String);
  const shares = [
    percent(all.found, all.malicious),
    percent(modbus.found, modbus.malicious),
    percent(all.found, all.credited),
  ];
  return [...counts, ...shares, ...[alerts.length, loud.length, loudOnBenign.length].map(String)];
}

function otherCredits(frames: readonly LabelledFrame[], alerts: readonly Alert[]): string[] {
  const proofs = new Set(alerts.flatMap((alert) => alert.frames.map(frameOf)));
  return [proofs, connectionsOf(frames, proofs)].map((hit) => {
    const { malicious, found, credited: all } = packetScore(frames, hit);
    return `${percent(found, malicious)} (${found} of ${malicious}), ${percent(found, all)} (${found} of ${all})`;
  });
}

function detail(frames: readonly LabelledFrame[], alerts: readonly Alert[], baseline: Baseline): string[] {
  const hit = credited(frames, alerts);
  const missed = frames.filter(({ frame, isMalicious }) => isMalicious && !hit.has(frame.number));
  const isOnAttack = (alert: Alert): boolean => maliciousProofs(alert, frames) > 0;
  const found = alerts.filter(isOnAttack).map((alert) => alertText(alert, frames));
  const benign = alerts
    .filter((alert) => !isOnAttack(alert))
    .map((alert) => `${alertText(alert, frames)} Why here: ${learnedText(alert, baseline)}`);
  return [
    listText('Alerts on malicious frames', found),
    listText('Alerts on benign frames only', benign),
    missedText(missed),
  ];
}

function listText(title: string, items: readonly string[]): string {
  return items.length === 0 ? `${title}: none.` : `${title}:\n\n${items.map((item) => `- ${item}`).join('\n')}`;
}

function alertText(alert: Alert, frames: readonly LabelledFrame[]): string {
  const numbers = alert.frames.map(frameOf);
  const shown = numbers.slice(0, FRAMES_SHOWN).join(', ') + (numbers.length > FRAMES_SHOWN ? ' …' : '');
  const share = `${maliciousProofs(alert, frames)} of ${numbers.length} labelled malicious`;
  return `**${alert.severity} ${alert.kind}**, frames ${shown} (${share}): ${alert.explanation}`;
}

/** The malicious packets no alert is credited with: what is no Modbus apart from what is. */
function missedText(missed: readonly LabelledFrame[]): string {
  if (missed.length === 0) return 'Missed: nothing.';
  const elsewhere = missed.filter((entry) => !isModbus(entry));
  const onModbus = missed.filter(isModbus);
  const parts: string[] = [];
  if (elsewhere.length > 0) {
    parts.push(
      `Missed, ${elsewhere.length} packets that carry no Modbus, which nothing here judges: ${groupsText(elsewhere)}.`,
    );
  }
  if (onModbus.length > 0) {
    const empty = onModbus.filter(({ ends }) => ends.payloadEnd === ends.payloadStart).length;
    parts.push(
      `Missed, ${onModbus.length} packets on port 502, ${empty} of them without payload (handshake, acknowledgements, end of the connection): ${groupsText(onModbus)}.`,
    );
  }
  return parts.join('\n\n');
}

/** By conversation and what it carries. */
function groupsText(entries: readonly LabelledFrame[]): string {
  const groups = new Map<string, number[]>();
  for (const entry of entries) {
    const { ends, frame } = entry;
    const key = `${[ends.source, ends.target].sort().join(' and ')}, ${carrier(entry)}`;
    groups.set(key, [...(groups.get(key) ?? []), frame.number]);
  }
  return [...groups].map(([key, numbers]) => `${numbers.length} between ${key}${rangeText(numbers)}`).join('; ');
}

function rangeText(numbers: readonly number[]): string {
  return numbers.length === 1 ? ` (frame ${numbers[0]!})` : ` (frames ${numbers[0]!} to ${numbers.at(-1)!})`;
}

function carrier({ ends }: LabelledFrame): string {
  if (ends.transport === 'arp') return 'ARP';
  if (ends.transport === 'other') return 'neither ARP, TCP nor UDP';
  const port = Math.min(ends.sourcePort, ends.targetPort);
  if (port === MODBUS_PORT) return 'TCP port 502 (Modbus)';
  const names: Readonly<Record<number, string>> = { 135: ' (RPC)', 139: ' (NetBIOS)', 445: ' (SMB)' };
  return `${ends.transport.toUpperCase()} port ${port}${names[port] ?? ''}`;
}

function isModbus({ ends }: LabelledFrame): boolean {
  return ends.transport === 'tcp' && (ends.sourcePort === MODBUS_PORT || ends.targetPort === MODBUS_PORT);
}

function maliciousProofs(alert: Alert, frames: readonly LabelledFrame[]): number {
  return alert.frames.filter((reference) => frames[frameOf(reference) - 1]?.isMalicious === true).length;
}

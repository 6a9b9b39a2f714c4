// Puts changes into benign captures and counts which are found, and what is raised on the same capture untouched. Writes
// its part of docs/scores.md.
// usage: node scripts/score-mutations.ts   (exit code 3: none of the captures is there)
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Alert } from '../src/facts/alert.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import type { Baseline } from '../src/learning/baseline.ts';
import { changesFor, injected, type Change } from './score-changes.ts';
import { readFrames, readLabels, type Frame } from './score-frames.ts';
import { isLoud, judgeFrames, learnFrames, percent, table, withScratch, writeScore } from './score-judging.ts';
import { observe } from './score-observed.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURES = resolve(ROOT, '../shared/captures');
const LEMAY = `${CAPTURES}/antoine-lemay__Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate`;
const ITI = `${CAPTURES}/ITI__ICS-Security-Tools/pcaps`;
/** Of the time of a capture, this much is learned from. */
const LEARNED_SHARE = 0.6;
/** Shares of the learning part that are attack traffic. */
const POISON_SHARES = [0.01, 0.05, 0.2];

interface Source {
  readonly name: string;
  readonly path: string;
  readonly isBenign?: () => (frame: Frame) => boolean;
}

const SOURCES: readonly Source[] = [
  { name: 'plant-quiet', path: `${ROOT}/samples/plant-quiet.pcapng` },
  { name: 'plant, before the attack', path: `${ROOT}/samples/plant.pcapng`, isBenign: beforeAttack },
  { name: 'Lemay fake command, labelled 0', path: `${LEMAY}.pcap`, isBenign: labelledBenign },
  { name: 'ITI ModbusTCP', path: `${ITI}/ModbusTCP/ModbusTCP.pcap` },
  { name: 'ITI modbus_test_2', path: `${ITI}/ModbusTCP/Modbus/modbus_test_2.pcap` },
  { name: 'ITI modbusBig', path: `${ITI}/bro/modbus/modbusBig.pcap` },
];

const present = SOURCES.filter(({ path }) => existsSync(path));
if (present.length === 0) {
  process.stdout.write('skipped: no benign capture is there\n');
  process.exitCode = 3;
} else {
  const text = await withScratch(score);
  process.stdout.write(`${await writeScore('score:mutations', text)}\n`);
  for (const { name } of SOURCES.filter((source) => !present.includes(source))) {
    process.stdout.write(`skipped: ${name} is not there\n`);
  }
}

interface Twin {
  readonly learned: readonly Frame[];
  readonly judged: readonly Frame[];
  readonly baseline: Baseline;
  readonly alerts: readonly Alert[];
}

async function score(directory: string): Promise<string> {
  const rows: string[][] = [];
  const twins: string[][] = [];
  const twinAlerts: string[] = [];
  const poisoned: string[][] = [];
  for (const source of present) {
    const benign = source.isBenign?.() ?? (() => true);
    const frames = (await readFrames(source.path)).filter(benign);
    const first = frames[0]!.timeUs;
    const splitUs = first + LEARNED_SHARE * (frames.at(-1)!.timeUs - first);
    const learned = frames.filter(({ timeUs }) => timeUs < splitUs);
    const judged = frames.filter(({ timeUs }) => timeUs >= splitUs);
    const baseline = await learnFrames(directory, learned);
    const twin = { learned, judged, baseline, alerts: await judgeFrames(directory, judged, baseline) };
    const loud = twin.alerts.filter(isLoud);
    twins.push([source.name, `${learned.length}`, `${judged.length}`, `${twin.alerts.length}`, `${loud.length}`]);
    for (const { severity, kind, explanation } of twin.alerts) {
      twinAlerts.push(`- ${source.name}: **${severity} ${kind}**: ${explanation}`);
    }
    const changes = changesFor(await observe(join(directory, 'observed.pcap'), learned));
    for (const change of changes) rows.push([source.name, change.name, ...(await found(directory, twin, change))]);
    for (const change of changes.slice(0, 2)) {
      if (change.injections.length === 0) continue;
      poisoned.push([source.name, change.name, ...(await poisonedFound(directory, twin, change))]);
    }
  }
  return [
    `The first ${LEARNED_SHARE * 100} % of the time of each capture are learned, the rest is judged: untouched (the twin), and with changes put in, one kind at a time, each change a TCP connection of its own forged from real frames. A change is found when an alert lists one of its frames. "Elsewhere": alerts that list no such frame and are not raised on the twin.`,
    '### The untouched twin',
    table(['capture', 'frames learned', 'frames judged', 'alerts', 'medium or higher'], twins),
    twinAlerts.length === 0 ? 'No alerts.' : twinAlerts.join('\n'),
    '### Changes',
    table(['capture', 'change', 'put in', 'found', 'at medium or higher', 'as', 'elsewhere'], rows),
    '### Changes that were learned as usual',
    'The same changes judged after the learning part held them too: frames of such connections to the same points are that share of what was learned. Found at medium or higher.',
    table(['capture', 'change', ...POISON_SHARES.map((share) => `${share * 100} % learned`)], poisoned),
  ].join('\n\n');
}

async function found(directory: string, twin: Twin, change: Change): Promise<string[]> {
  const count = change.injections.length;
  if (count === 0) return ['0', 'not possible here', '', '', ''];
  const { groups, alerts } = await judgedWith(directory, twin, change, twin.baseline);
  const hits = alerts.filter((alert) => groups.some((group) => touches(alert, group)));
  const kinds = new Map<string, number>();
  for (const { severity, kind } of hits) kinds.set(`${severity} ${kind}`, (kinds.get(`${severity} ${kind}`) ?? 0) + 1);
  const usual = new Set(twin.alerts.map(alertKey));
  const elsewhere = alerts.filter((alert) => !hits.includes(alert) && !usual.has(alertKey(alert)));
  return [
    `${count}`,
    `${foundCount(groups, hits)}`,
    `${foundCount(groups, hits.filter(isLoud))}`,
    [...kinds].map(([kind, times]) => `${kind} ${times}×`).join(', '),
    elsewhere.length === 0 ? '0' : elsewhere.map(({ severity, kind }) => `${severity} ${kind}`).join(', '),
  ];
}

async function poisonedFound(directory: string, twin: Twin, change: Change): Promise<string[]> {
  const { learned } = twin;
  const firstUs = learned[0]!.timeUs;
  const lastUs = learned.at(-1)!.timeUs;
  const cells: string[] = [];
  for (const share of POISON_SHARES) {
    const framesEach = injected(change, firstUs, lastUs, 1)[0]!.length;
    const times = Math.max(1, Math.round((share * learned.length) / (1 - share) / framesEach));
    const added = injected(change, firstUs, lastUs, times).flat();
    const baseline = await learnFrames(directory, inOrder([...learned, ...added]));
    const { groups, alerts } = await judgedWith(directory, twin, change, baseline);
    const share100 = percent(added.length, learned.length + added.length);
    cells.push(`${foundCount(groups, alerts.filter(isLoud))} of ${groups.length} (${times} learned, ${share100})`);
  }
  return cells;
}

/** The changes put into the judged part; `groups`: for each change, the numbers its frames have there. */
async function judgedWith(
  directory: string,
  { judged }: Twin,
  change: Change,
  baseline: Baseline,
): Promise<{ groups: ReadonlySet<number>[]; alerts: readonly Alert[] }> {
  const added = injected(change, judged[0]!.timeUs, judged.at(-1)!.timeUs, change.injections.length);
  const frames = inOrder([...judged, ...added.flat()]);
  const numbers = new Map(frames.map((frame, index) => [frame, index + 1]));
  const groups = added.map((group) => new Set(group.map((frame) => numbers.get(frame)!)));
  return { groups, alerts: await judgeFrames(directory, frames, baseline) };
}

function inOrder(frames: Frame[]): Frame[] {
  return frames.sort((a, b) => a.timeUs - b.timeUs);
}

function foundCount(groups: readonly ReadonlySet<number>[], alerts: readonly Alert[]): number {
  return groups.filter((group) => alerts.some((alert) => touches(alert, group))).length;
}

function touches(alert: Alert, group: ReadonlySet<number>): boolean {
  return alert.frames.some((reference) => group.has(frameOf(reference)));
}

function alertKey({ kind, subject, peer, object }: Alert): string {
  return [kind, subject.ip, subject.unit, peer?.ip, object].join(' ');
}

/** Frames before the first one of an attack, as the labels of the sample have it. */
function beforeAttack(): (frame: Frame) => boolean {
  const rows = readFileSync(`${ROOT}/samples/plant.labels.tsv`, 'utf8').split('\n').slice(1);
  const attacks = rows.map((row) => row.split('\t')).filter((cells) => cells[4] === 'attack');
  const first = Math.min(...attacks.map((cells) => Number(cells[0])));
  return ({ number }) => number < first;
}

function labelledBenign(): (frame: Frame) => boolean {
  const labels = readLabels(`${LEMAY}_labeled.csv`);
  return ({ number }) => labels.get(number) === false;
}

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
import { isLoud, judgeFrames, learnFrames, percent, withScratch, writeScore } from './score-judging.ts';
import { LEARNED_SHARE, MutationsReport, POISON_SHARES, REPEATS } from './score-mutations-report.ts';
import { observe } from './score-observed.ts';

const ROOT = resolve(import.meta.dirname, '..');
const CAPTURES = resolve(ROOT, '../shared/captures');
const LEMAY = `${CAPTURES}/antoine-lemay__Modbus_dataset/send_a_fake_command_modbus_6RTU_with_operate`;
const ITI = `${CAPTURES}/ITI__ICS-Security-Tools/pcaps`;
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
  const report = new MutationsReport();
  for (const source of present) {
    const benign = source.isBenign?.() ?? (() => true);
    const frames = (await readFrames(source.path)).filter(benign);
    const first = frames[0]!.timeUs;
    const splitUs = first + LEARNED_SHARE * (frames.at(-1)!.timeUs - first);
    const learned = frames.filter(({ timeUs }) => timeUs < splitUs);
    const judged = frames.filter(({ timeUs }) => timeUs >= splitUs);
    const once = await twinOf(directory, learned, judged, 1);
    const often = await twinOf(directory, learned, judged, REPEATS);
    report.twins.push([
      source.name,
      `${learned.length}`,
      `${judged.length}`,
      ...twinCounts(once),
      ...twinCounts(often),
    ]);
    for (const [twin, when] of [
      [once, 'learned once'],
      [often, `learned ${REPEATS} times`],
    ] as const) {
      for (const { severity, kind, explanation } of twin.alerts) {
        report.twinAlerts.push(`- ${source.name}, ${when}: **${severity} ${kind}**: ${explanation}`);
      }
    }
    const changes = changesFor(await observe(join(directory, 'observed.pcap'), learned));
    for (const change of changes) await addChange(report, directory, source.name, change, once, often);
    for (const change of changes.slice(0, 2)) {
      if (change.injections.length === 0) continue;
      report.poisoned.push([source.name, change.name, ...(await poisonedFound(directory, once, change))]);
    }
  }
  return report.text();
}

async function twinOf(
  directory: string,
  learned: readonly Frame[],
  judged: readonly Frame[],
  times: number,
): Promise<Twin> {
  const baseline = await learnFrames(directory, learned, times);
  return { learned, judged, baseline, alerts: await judgeFrames(directory, judged, baseline) };
}

function twinCounts({ alerts }: Twin): string[] {
  return [`${alerts.length}`, `${alerts.filter(isLoud).length}`];
}

async function addChange(
  report: MutationsReport,
  directory: string,
  name: string,
  change: Change,
  once: Twin,
  often: Twin,
): Promise<void> {
  const { injections } = change;
  if (injections.length === 0) {
    report.rows.push([name, change.name, '0', 'not possible here', '', '', '', '', '']);
    return;
  }
  const first = await judgedWith(directory, once, change, once.baseline);
  const second = await judgedWith(directory, often, change, often.baseline);
  report.rows.push([
    name,
    change.name,
    `${injections.length}`,
    ...foundCounts(first),
    kindsText(first),
    ...foundCounts(second),
    elsewhereText([...elsewhere(first, once), ...elsewhere(second, often)]),
  ]);
  injections.forEach(({ what }, index) => {
    const hits = first.alerts.filter((alert) => touches(alert, first.groups[index]!));
    if (hits.some(isLoud)) return;
    const grade = hits.length === 0 ? 'not found' : 'below medium';
    report.notFound.push(`- ${name}, ${change.name}, ${grade}: ${what}`);
  });
}

interface Judged {
  /** For each change, the numbers its frames have in what was judged. */
  readonly groups: readonly ReadonlySet<number>[];
  readonly alerts: readonly Alert[];
}

function foundCounts({ groups, alerts }: Judged): string[] {
  return [`${foundCount(groups, alerts)}`, `${foundCount(groups, alerts.filter(isLoud))}`];
}

function kindsText({ groups, alerts }: Judged): string {
  const kinds = new Map<string, number>();
  for (const alert of alerts) {
    if (!groups.some((group) => touches(alert, group))) continue;
    const name = `${alert.severity} ${alert.kind}`;
    kinds.set(name, (kinds.get(name) ?? 0) + 1);
  }
  return [...kinds].map(([kind, times]) => `${kind} ${times}×`).join(', ');
}

function elsewhere({ groups, alerts }: Judged, twin: Twin): Alert[] {
  const usual = new Set(twin.alerts.map(alertKey));
  return alerts.filter((alert) => !usual.has(alertKey(alert)) && !groups.some((group) => touches(alert, group)));
}

function elsewhereText(alerts: readonly Alert[]): string {
  return alerts.length === 0 ? '0' : alerts.map(({ severity, kind }) => `${severity} ${kind}`).join(', ');
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

/** The changes put into the judged part. */
async function judgedWith(directory: string, { judged }: Twin, change: Change, baseline: Baseline): Promise<Judged> {
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

// Scores incidents and scans on real captures: whether each attack of the labelled Modbus captures is one incident with
// the right hosts in the right order, and what of the whole collection is told as a scan. Writes its part of
// docs/scores.md.
// usage: node scripts/score-incidents.ts   (exit code 3: the captures are not there)
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { storiesOf } from '../src/alerts/story.ts';
import { analyze } from '../src/engine/analysis.ts';
import type { Alert, Incident } from '../src/facts/alert.ts';
import type { LabelledFrame } from './score-credit.ts';
import { Flags } from './score-forging.ts';
import { endsOf, missingPath, pairOf, readFrames, readLabels } from './score-frames.ts';
import { isLoud, judgeFrames, learnFrames, table, withScratch, writeScore } from './score-judging.ts';
import { REAL_CAPTURES, realCaptures } from './real-captures.ts';

const FOLDER = join(REAL_CAPTURES, 'antoine-lemay__Modbus_dataset');
const LEARNED = 'characterization_modbus_6RTU_with_operate';
const NAMES = [
  'exploit_ms08_netapi_modbus_6RTU_with_operate',
  'CnC_uploading_exe_modbus_6RTU_with_operate',
  'moving_two_files_modbus_6RTU',
  'send_a_fake_command_modbus_6RTU_with_operate',
  LEARNED,
];
const SCAN = /(scan|sweep|enumeration)$/;

const missing = missingPath(NAMES.flatMap((name) => [`${FOLDER}/${name}.pcap`, `${FOLDER}/${name}_labeled.csv`]));
if (missing === null) {
  const text = [await withScratch(attacks), await collection()].join('\n\n');
  process.stdout.write(`${await writeScore('score:incidents', text)}\n`);
} else {
  process.stdout.write('skipped: the captures are not in ../shared/captures\n');
  process.exitCode = 3;
}

async function labelled(name: string): Promise<LabelledFrame[]> {
  const labels = readLabels(`${FOLDER}/${name}_labeled.csv`);
  const frames = await readFrames(`${FOLDER}/${name}.pcap`);
  return frames.map((frame) => ({
    frame,
    ends: endsOf(frame.bytes),
    isMalicious: labels.get(frame.number) === true,
  }));
}

async function attacks(directory: string): Promise<string> {
  const learned = (await labelled(LEARNED)).filter(({ isMalicious }) => !isMalicious);
  const baseline = await learnFrames(
    directory,
    learned.map(({ frame }) => frame),
  );
  const rows: string[][] = [];
  for (const name of NAMES) {
    const frames = await labelled(name);
    const truth = attackOf(frames);
    const { alerts } = await analyze({ paths: [`${FOLDER}/${name}.pcap`] });
    const known = await judgeFrames(
      directory,
      frames.map(({ frame }) => frame),
      baseline,
    );
    const others = truth.others.map(([from, to]) => `${from} → ${to}`).join(', ');
    rows.push([
      name.replace(/_modbus_6RTU.*/, ''),
      `${truth.hosts[0]!} → ${truth.hosts.slice(1).join(', ')}`,
      others === '' ? '–' : others,
      ...[alerts, known].map((each) => verdict(each, truth.hosts)),
    ]);
  }
  return [
    'Each labelled capture is judged by itself, without a baseline and with the one learned from the benign frames of the characterization. The attack, by the labels: the host with the most malicious packets of the connections it opened (of those opened before the capture began: in which it sent the first of them), and those it sent them to, in the order of the first. Hosts that labelled packets pass between beside it are named; what passes there is anonymous Windows browsing.',
    table(['capture', 'attack by the labels', 'labelled beside it', 'without a baseline', 'with a baseline'], rows),
  ].join('\n\n');
}

interface Truth {
  /** The attacker, then the victims in the order of their first malicious packet. */
  readonly hosts: readonly string[];
  readonly others: readonly (readonly [string, string])[];
}

/** Of each pair of hosts whoever opened a connection acted; where none was opened, whoever sent the first malicious packet. */
function attackOf(frames: readonly LabelledFrame[]): Truth {
  const pairs = new Map<string, { from: string; to: string; packets: number }>();
  for (const { frame, ends, isMalicious } of frames) {
    if (!isMalicious || ends.transport !== 'tcp') continue;
    const key = pairOf(ends.source, ends.target);
    const known = pairs.get(key);
    if (known === undefined) pairs.set(key, { from: ends.source, to: ends.target, packets: 1 });
    else {
      known.packets++;
      const isOpening = (frame.bytes[ends.transportStart + 13]! & (Flags.syn | Flags.ack)) === Flags.syn;
      if (isOpening) Object.assign(known, { from: ends.source, to: ends.target });
    }
  }
  const packetsFrom = new Map<string, number>();
  for (const { from, packets } of pairs.values()) packetsFrom.set(from, (packetsFrom.get(from) ?? 0) + packets);
  const [attacker] = [...packetsFrom].sort((left, right) => right[1] - left[1])[0]!;
  const all = [...pairs.values()];
  return {
    hosts: [attacker, ...all.filter(({ from }) => from === attacker).map(({ to }) => to)],
    others: all.filter(({ from }) => from !== attacker).map(({ from, to }) => [from, to]),
  };
}

function verdict(alerts: readonly Alert[], hosts: readonly string[]): string {
  const incidents = storiesOf(alerts);
  const ofAttack = incidents.filter(
    (incident) => incident.hosts.some(({ ip }) => ip === hosts[0]) && hasActed(incident, hosts[0]!),
  );
  const others = incidents.length - ofAttack.length;
  const beside = others === 0 ? '' : `; ${others} other`;
  if (ofAttack.length === 0) return `none${beside}`;
  return (
    ofAttack
      .map((incident) => {
        const told = incident.hosts.map(({ ip }) => ip ?? '?');
        const isRight = told.join() === hosts.join();
        return `${isRight ? 'right' : `other hosts: ${told.join(', ')}`} (${incident.severity}, ${incident.steps.length} alerts)`;
      })
      .join('; ') + beside
  );
}

function hasActed(incident: Incident, address: string): boolean {
  const index = incident.hosts.findIndex(({ ip }) => ip === address);
  return incident.steps.some(({ from }) => from === index);
}

interface Told {
  captures: number;
  withScan: string[];
  withIncident: number;
  incidents: number;
  loud: number;
}

/** What is told of scans and incidents in every capture of the collection, by what its catalogue says it shows. */
async function collection(): Promise<string> {
  const kinds = new Map<string, string>();
  for (const line of readFileSync(join(REAL_CAPTURES, 'CATALOG.tsv'), 'utf8').split('\n').slice(1)) {
    const cells = line.split('\t');
    if (cells.length > 8) kinds.set(cells[0]!, cells[8]!);
  }
  const byKind = new Map<string, Told>();
  const scans: string[][] = [];
  for (const path of realCaptures()) {
    const name = path.slice(REAL_CAPTURES.length + 1);
    const kind = kinds.get(name) ?? 'not in the catalogue';
    const told = byKind.get(kind) ?? { captures: 0, withScan: [], withIncident: 0, incidents: 0, loud: 0 };
    byKind.set(kind, told);
    told.captures++;
    const result = await analyze({ paths: [path] }).catch(() => null);
    if (result === null) continue;
    const found = result.alerts.filter((alert) => SCAN.test(alert.kind));
    if (found.length > 0) told.withScan.push(name);
    for (const alert of found) scans.push([name, kind, alert.severity, alert.kind]);
    told.incidents += result.incidents.length;
    told.loud += result.alerts.filter(isLoud).length;
    if (result.incidents.length > 0) told.withIncident++;
  }
  const rows = [...byKind].sort(([left], [right]) => (left < right ? -1 : 1));
  return [
    'The whole collection, each capture by itself and without a baseline, by the kind that its catalogue gives it ("benign" includes those of which nobody checked it). Alerts of kinds that end in scan, sweep or enumeration, of all modules:',
    table(
      ['kind', 'captures', 'with a scan', 'alerts of medium and higher', 'incidents', 'captures with one'],
      rows.map(([kind, told]) => [
        kind,
        told.captures,
        told.withScan.length,
        told.loud,
        told.incidents,
        told.withIncident,
      ]),
    ),
    table(['capture', 'kind', 'severity', 'told as'], scans),
  ].join('\n\n');
}

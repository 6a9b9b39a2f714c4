// `npm run score:dangerous [-- CAPTURE…]`: every dangerous request that tshark shows in the collection of real captures
// (stops, restarts, downloads, file and clock changes …) must be an operation with the right verb and be told in an alert.
// Exit code 0 where all are, 1 where not, 3 where tshark or the collection is missing.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { analyze } from '../src/engine/analysis.ts';
import { frameOf } from '../src/facts/frame-reference.ts';
import { VERB_NAMES, type VerbName } from '../src/facts/verbs.ts';
import { REAL_CAPTURES, deafSink, realCaptures } from './real-captures.ts';
import { tsharkVersion } from './agree/tshark.ts';

/** Fields that tell what a frame asks for; several messages of a frame are parted by commas. */
const FIELDS = [
  'dnp3.al.func',
  's7comm.header.rosctr',
  's7comm.param.func',
  's7comm.param.pistart.servicename',
  's7comm.param.userdata.type',
  's7comm.param.userdata.funcgroup',
  's7comm.param.userdata.subfunc',
  'cip.rr',
  'cip.service',
  'cip.class',
  'cip.pccc.cmd.code',
  'cip.pccc.fnc.code_0f',
  'bacapp.type',
  'bacapp.confirmed_service',
  'bacapp.unconfirmed_service',
  'iec60870_asdu.typeid',
  'iec60870_asdu.causetx',
  'modbus.func_code',
  'modbus.diagnostic_code',
] as const;
type Field = (typeof FIELDS)[number];
type Fields = Readonly<Record<Field, readonly string[]>>;

interface Rule {
  readonly name: string;
  /** One of these verbs must stand for it. */
  readonly verbs: readonly VerbName[];
  readonly isIn: (fields: Fields) => boolean;
  /** False: judged by what was learned, so that it need not be told. */
  readonly isTold?: boolean;
}

const number = (text: string): number => Number(text);
const has = (field: Field, value: number) => (fields: Fields) => fields[field].some((text) => number(text) === value);
const all =
  (...parts: readonly ((fields: Fields) => boolean)[]) =>
  (fields: Fields): boolean =>
    parts.every((part) => part(fields));

/** Job or request, not its answer. */
const s7Job = has('s7comm.header.rosctr', 1);
const s7Request = (group: number, subfunction: number): ((fields: Fields) => boolean) =>
  all(
    has('s7comm.param.userdata.type', 4),
    has('s7comm.param.userdata.funcgroup', group),
    has('s7comm.param.userdata.subfunc', subfunction),
  );
const s7Pi = (name: string) => (fields: Fields) =>
  has('s7comm.param.func', 0x28)(fields) && fields['s7comm.param.pistart.servicename'].includes(name);
const bacnetConfirmed = (service: number): ((fields: Fields) => boolean) =>
  all(has('bacapp.type', 0), has('bacapp.confirmed_service', service));
const cipRequest =
  (service: number, ...classes: readonly number[]) =>
  (fields: Fields): boolean =>
    has('cip.rr', 0)(fields) &&
    has('cip.service', service)(fields) &&
    classes.some((one) => has('cip.class', one)(fields));
const pccc = (code: number): ((fields: Fields) => boolean) =>
  all(has('cip.pccc.cmd.code', 0x0f), has('cip.pccc.fnc.code_0f', code));
const iec104 = (type: number): ((fields: Fields) => boolean) =>
  all(has('iec60870_asdu.typeid', type), has('iec60870_asdu.causetx', 6));
const diagnostic = (code: number): ((fields: Fields) => boolean) =>
  all(has('modbus.func_code', 8), has('modbus.diagnostic_code', code));

const RULES: readonly Rule[] = [
  { name: 'Modbus 8/1 restart communications', verbs: ['restart'], isIn: diagnostic(1) },
  { name: 'Modbus 8/4 listen only', verbs: ['listen-only'], isIn: diagnostic(4) },
  { name: 'Modbus 8/10 clear counters', verbs: ['clear-log'], isIn: diagnostic(10) },
  { name: 'Modbus 21 write file record', verbs: ['file-write'], isIn: has('modbus.func_code', 21) },
  { name: 'DNP3 cold restart', verbs: ['restart'], isIn: has('dnp3.al.func', 13) },
  { name: 'DNP3 warm restart', verbs: ['restart'], isIn: has('dnp3.al.func', 14) },
  { name: 'DNP3 initialize application', verbs: ['restart', 'stop', 'start'], isIn: has('dnp3.al.func', 16) },
  { name: 'DNP3 start application', verbs: ['start'], isIn: has('dnp3.al.func', 17) },
  { name: 'DNP3 stop application', verbs: ['stop'], isIn: has('dnp3.al.func', 18) },
  { name: 'DNP3 delete file', verbs: ['delete'], isIn: has('dnp3.al.func', 27) },
  {
    name: 'DNP3 activate configuration',
    verbs: ['program-download', 'configure', 'start'],
    isIn: has('dnp3.al.func', 31),
    isTold: false,
  },
  { name: 'S7 stop', verbs: ['stop'], isIn: all(s7Job, has('s7comm.param.func', 0x29)) },
  { name: 'S7 program start', verbs: ['start', 'restart'], isIn: all(s7Job, s7Pi('P_PROGRAM')) },
  { name: 'S7 delete block', verbs: ['delete'], isIn: all(s7Job, s7Pi('_DELE')) },
  { name: 'S7 insert block', verbs: ['program-download'], isIn: all(s7Job, s7Pi('_INSE')) },
  { name: 'S7 request download', verbs: ['program-download'], isIn: all(s7Job, has('s7comm.param.func', 0x1a)) },
  { name: 'S7 start upload', verbs: ['program-upload'], isIn: all(s7Job, has('s7comm.param.func', 0x1d)) },
  { name: 'S7 set clock', verbs: ['set-time'], isIn: s7Request(7, 2) },
  { name: 'CIP reset', verbs: ['restart', 'factory-reset'], isIn: cipRequest(0x05, 1) },
  { name: 'CIP start', verbs: ['start', 'set-mode'], isIn: cipRequest(0x06, 0x8e) },
  { name: 'CIP stop', verbs: ['stop', 'set-mode'], isIn: cipRequest(0x07, 0x8e) },
  { name: 'PCCC change mode', verbs: ['set-mode', 'start', 'stop'], isIn: pccc(0x80) },
  { name: 'PCCC change mode (SLC)', verbs: ['set-mode', 'start', 'stop'], isIn: pccc(0x3a) },
  { name: 'PCCC download', verbs: ['program-download'], isIn: pccc(0x50) },
  { name: 'PCCC upload', verbs: ['program-upload'], isIn: pccc(0x53) },
  {
    name: 'BACnet reinitialize device',
    verbs: ['restart', 'program-upload', 'program-download', 'cancel'],
    isIn: bacnetConfirmed(20),
  },
  {
    name: 'BACnet device communication control',
    verbs: ['listen-only', 'suppress-alarm', 'configure'],
    isIn: bacnetConfirmed(17),
    isTold: false,
  },
  {
    name: 'BACnet write file',
    verbs: ['file-write', 'firmware-download', 'program-download'],
    isIn: bacnetConfirmed(7),
  },
  { name: 'BACnet delete object', verbs: ['delete'], isIn: bacnetConfirmed(11) },
  {
    name: 'BACnet time synchronization',
    verbs: ['set-time'],
    isIn: all(has('bacapp.type', 1), has('bacapp.unconfirmed_service', 6)),
    isTold: false,
  },
  { name: 'IEC 104 reset process', verbs: ['restart'], isIn: iec104(105) },
  { name: 'IEC 104 clock synchronization', verbs: ['set-time', 'configure'], isIn: iec104(103), isTold: false },
  { name: 'IEC 104 parameter', verbs: ['configure'], isIn: iec104(110), isTold: false },
];

interface Row {
  readonly rule: Rule;
  readonly capture: string;
  readonly frames: number[];
}

/** What tshark finds, by rule. */
function dangerousFrames(path: string): Row[] {
  const options = FIELDS.flatMap((field) => ['-e', field]);
  const filter = 'dnp3 || s7comm || cip || cip.pccc.cmd.code || bacapp || iec60870_asdu || modbus';
  const words = ['-n', '-2', '-r', path, '-Y', filter, '-T', 'fields', '-E', 'separator=\t', '-E', 'occurrence=a'];
  const { stdout } = spawnSync('tshark', [...words, '-e', 'frame.number', ...options], {
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const rows = new Map<Rule, number[]>();
  for (const line of stdout.split('\n')) {
    const [frame, ...cells] = line.split('\t');
    if (frame === undefined || frame === '') continue;
    const fields = Object.fromEntries(
      FIELDS.map((field, index) => [field, (cells[index] ?? '').split(',').filter((text) => text !== '')]),
    ) as unknown as Fields;
    for (const rule of RULES) {
      if (!rule.isIn(fields)) continue;
      const frames = rows.get(rule);
      if (frames === undefined) rows.set(rule, [Number(frame)]);
      else frames.push(Number(frame));
    }
  }
  const capture = relative(REAL_CAPTURES, path);
  return [...rows].map(([rule, frames]) => ({ rule, capture, frames }));
}

interface Found {
  /** Verbs of the operations that a frame proves. */
  readonly verbs: Map<number, Set<string>>;
  readonly told: Set<number>;
}

async function found(path: string): Promise<Found> {
  const verbs = new Map<number, Set<string>>();
  const note = (frame: number, verb: string): void => {
    if (frame === 0) return;
    const known = verbs.get(frameOf(frame));
    if (known === undefined) verbs.set(frameOf(frame), new Set([verb]));
    else known.add(verb);
  };
  const result = await analyze({
    paths: [path],
    duplicates: 'keep',
    framesMax: 65_536,
    facts: () =>
      deafSink({
        operation({ verb, requestFrame, answerFrame }) {
          note(requestFrame, VERB_NAMES[verb]!);
          note(answerFrame, VERB_NAMES[verb]!);
        },
      }),
  });
  return { verbs, told: new Set(result.alerts.flatMap(({ frames }) => frames.map(frameOf))) };
}

async function main(named: readonly string[]): Promise<number> {
  const paths = named.length > 0 ? named : realCaptures();
  if (tsharkVersion() === null || paths.length === 0) {
    console.error('score:dangerous: tshark or the collection of captures is missing, nothing was compared');
    return 3;
  }
  const sums = new Map<Rule, { frames: number; decoded: number; told: number; captures: number }>();
  let failed = 0;
  for (const path of paths) {
    const rows = dangerousFrames(path);
    if (rows.length === 0) continue;
    const { verbs, told } = await found(path);
    for (const { rule, capture, frames } of rows) {
      const isDecoded = (frame: number): boolean => rule.verbs.some((verb) => verbs.get(frame)?.has(verb) === true);
      const sum = sums.get(rule) ?? { frames: 0, decoded: 0, told: 0, captures: 0 };
      sums.set(rule, sum);
      sum.captures++;
      sum.frames += frames.length;
      sum.decoded += frames.filter(isDecoded).length;
      sum.told += frames.filter((frame) => told.has(frame)).length;
      // Taking something back is no danger.
      const isToBeTold = (frame: number): boolean => rule.isTold !== false && verbs.get(frame)?.has('cancel') !== true;
      const missed = frames.filter((frame) => !isDecoded(frame) || (isToBeTold(frame) && !told.has(frame)));
      if (missed.length === 0) continue;
      failed += missed.length;
      const shown = missed.slice(0, 8).map((frame) => `${frame} (${[...(verbs.get(frame) ?? [])].join(' ')})`);
      console.log(`${rule.name}: ${capture}, not decoded or not told: frames ${shown.join(', ')}`);
    }
  }
  console.log(
    `\n${'request'.padEnd(40)}${'captures'.padStart(9)}${'frames'.padStart(8)}${'decoded'.padStart(9)}${'told'.padStart(7)}`,
  );
  for (const [rule, { frames, decoded, told, captures }] of sums) {
    const tail = rule.isTold === false ? '  (judged by what was learned)' : '';
    const cells = `${String(captures).padStart(9)}${String(frames).padStart(8)}${String(decoded).padStart(9)}${String(told).padStart(7)}`;
    console.log(`${rule.name.padEnd(40)}${cells}${tail}`);
  }
  console.log(`${failed} of them are missing`);
  return failed === 0 ? 0 : 1;
}

process.exitCode = await main(process.argv.slice(2));
